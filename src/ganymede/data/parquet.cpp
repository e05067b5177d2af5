#include "ganymede/data/parquet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/parquet_rows.h"

namespace ganymede::data {
namespace {

constexpr const char* kFileColumn = "file_name";

class ParquetImages : public ImageStore {
 public:
  ParquetImages(std::vector<ArchiveSource> files, const std::filesystem::path& root)
      : files_(std::move(files)), root_(root) {
    for (std::size_t i = 0; i < files_.size(); ++i) read(i);
    if (without_image_ > 0) {
      notes_.push_back(
          fmt::format("left out: {} without an image (the first: {})", counted(without_image_, "row"), first_without_));
    }
    if (!other_images_.empty()) {
      notes_.push_back(fmt::format("the images are those of the column '{}'; left out: those of {}",
                                   printable(image_column_), fmt::join(other_images_, ", ")));
    }
  }
  std::size_t count() const override { return rows_.size(); }
  std::string name(std::size_t index) const override {
    const Row& row = rows_.at(index);
    return fmt::format("{}:{}", files_[row.file].path.filename().string(), row.number);
  }
  std::string inner(std::size_t index) const override {
    const Row& row = rows_.at(index);
    const std::string& prefix = files_[row.file].prefix;
    return prefix.empty() ? name_in_table(row) : prefix + "/" + name_in_table(row);
  }
  std::size_t shard(std::size_t index) const override { return rows_.at(index).file; }
  std::size_t shards() const override { return files_.size() > 1 ? files_.size() : 0; }
  const SideFiles& side_files() const override { return side_files_; }
  std::string where(std::size_t index) const override {
    const Row& row = rows_.at(index);
    return fmt::format("{}: row {}", files_[row.file].path.string(), row.number);
  }
  std::uint64_t bytes(std::size_t index) const override { return rows_.at(index).image.size(); }
  std::string stamp(std::size_t index) const override {
    return fmt::format("{} {}", bytes(index), stamps_[rows_.at(index).file]);
  }
  std::string root() const override { return root_.string(); }
  std::vector<std::string> notes() const override { return notes_; }
  void read(std::size_t index, const UseBytes& use) const override { use(rows_.at(index).image); }

 private:
  struct Row {
    std::size_t file = 0;
    std::uint64_t number = 0;
    Bytes image;
  };

  /// No number alone, which a column of labels could be taken to mean.
  std::string name_in_table(const Row& row) const {
    return fmt::format("{}-{}", files_[row.file].path.stem().string(), row.number);
  }

  /// The rows of a split in one table, however many files they lie in.
  OwnTable& table_of(const std::string& prefix) {
    const auto found = std::find_if(side_files_.tables.begin(), side_files_.tables.end(), [&](const OwnTable& table) {
      return table.folder == (prefix.empty() ? "" : prefix + "/");
    });
    if (found != side_files_.tables.end()) return *found;
    OwnTable table{files_.size() == 1 ? files_[0].path.filename().string() : "the Parquet files",
                   prefix.empty() ? "" : prefix + "/",
                   {},
                   {}};
    table.table.columns = {kFileColumn};
    side_files_.tables.push_back(std::move(table));
    return side_files_.tables.back();
  }

  void read(std::size_t number) {
    const ArchiveSource& file = files_[number];
    stamps_.push_back(stamp_of(file.path));
    std::vector<std::vector<std::string>> cells;
    const auto take = [&](std::uint64_t row, Bytes image, std::vector<std::string> values) {
      if (image.empty()) {
        if (without_image_++ == 0) first_without_ = fmt::format("{}: row {}", file.path.filename().string(), row);
        return;
      }
      held_ += image.size();
      if (held_ > kMaxHeld) {
        throw Error("the images are more than the 8 GiB that may be held", file.path.string(),
                    "write them into a folder or a tar");
      }
      rows_.push_back({number, row, std::move(image)});
      cells.push_back(std::move(values));
      cells.back().insert(cells.back().begin(), name_in_table(rows_.back()));
    };
    const ParquetColumns columns = read_parquet(file.path, kMaxHeld - std::min(held_, kMaxHeld), take);
    image_column_ = columns.image;
    for (const auto& other : columns.other_images) {
      const std::string name = fmt::format("'{}'", printable(other));
      if (std::find(other_images_.begin(), other_images_.end(), name) == other_images_.end())
        other_images_.push_back(name);
    }
    add(table_of(file.prefix), columns, std::move(cells));
  }

  /// Files of one set may have their columns in another order, or some of them only.
  static void add(OwnTable& own, const ParquetColumns& columns, std::vector<std::vector<std::string>> rows) {
    std::vector<std::size_t> place{0};
    for (const auto& column : columns.cells) {
      auto& known = own.table.columns;
      const auto found = std::find(known.begin() + 1, known.end(), column);
      place.push_back(static_cast<std::size_t>(found - known.begin()));
      if (found == known.end()) known.push_back(column);
    }
    for (auto& row : own.table.rows) row.resize(own.table.columns.size());
    for (auto& row : rows) {
      std::vector<std::string> placed(own.table.columns.size());
      for (std::size_t i = 0; i < place.size(); ++i) placed[place[i]] = std::move(row[i]);
      own.table.rows.push_back(std::move(placed));
    }
    own.class_names.insert(columns.class_names.begin(), columns.class_names.end());
  }

  std::vector<ArchiveSource> files_;
  std::filesystem::path root_;
  std::vector<Row> rows_;
  std::vector<std::string> stamps_, notes_, other_images_;
  std::uint64_t held_ = 0, without_image_ = 0;
  std::string first_without_, image_column_;
  SideFiles side_files_;
};

}  // namespace

std::shared_ptr<const ImageStore> parquet_images(std::vector<ArchiveSource> files, const std::filesystem::path& root) {
  return std::make_shared<ParquetImages>(std::move(files), root);
}

}  // namespace ganymede::data
