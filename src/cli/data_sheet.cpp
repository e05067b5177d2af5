#include "cli/data_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/image/grid.h"

namespace ganymede::cli {

std::string kind_of(const data::DatasetInfo& info) {
  const std::string channels = info.channels == 1   ? "grey"
                               : info.channels == 3 ? "RGB"
                                                    : "of " + counted(info.channels, "channel");
  return fmt::format("{}x{} {}{}", info.width, info.height, channels,
                     info.bits == 8 ? "" : fmt::format(", {} bits", info.bits));
}

image::Image data_sheet(const data::Dataset& dataset, std::size_t each, std::string kind) {
  constexpr std::size_t kRows = 8;
  const auto& info = dataset.info();
  if (info.classes.empty()) {
    std::vector<image::Image> images;
    for (std::size_t i = 0; i < std::min(dataset.size(), kRows * each); ++i)
      images.push_back(data::image_at(dataset, i));
    return image::grid(images, static_cast<int>(each));
  }
  std::vector<image::LabelledRow> rows;
  for (const auto& name : info.classes) rows.push_back({name, {}});
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const int label = dataset.label(i);
    if (label < 0) continue;
    auto& row = rows[static_cast<std::size_t>(label)].images;
    if (row.size() < each) row.push_back(data::image_at(dataset, i));
  }
  std::erase_if(rows, [](const auto& row) { return row.images.empty(); });
  return image::labelled_grid(rows, fmt::format("{}: {} of {}", info.name, counted(dataset.size(), "image"),
                                                kind.empty() ? kind_of(info) : kind));
}

}  // namespace ganymede::cli
