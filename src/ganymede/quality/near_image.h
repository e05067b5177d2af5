// One of the images found nearest to another. Installed.
#pragma once

#include <cstddef>
#include <string>

#include "ganymede/image/image.h"

namespace ganymede::quality {

/// An image of a data set as a neighbour of another.
struct NearImage {
  std::size_t index = 0;  ///< in the data set
  double distance = 0;    ///< Euclidean, of the embeddings
  std::string label;      ///< empty where the data has no classes
  image::Image image;
};

}  // namespace ganymede::quality
