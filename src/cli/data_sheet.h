// Images of a data set on one sheet.
#pragma once

#include <string>

#include "ganymede/data/dataset.h"
#include "ganymede/image/image.h"

namespace ganymede::cli {

/// `each` images of every class, a labelled row for each; of data without labels, rows of as many. The title calls the
/// images `kind`, or as kind_of() does.
image::Image data_sheet(const data::Dataset& dataset, std::size_t each, std::string kind = {});

/// "32x32 RGB"
std::string kind_of(const data::DatasetInfo& info);

}  // namespace ganymede::cli
