#include "ganymede/data/parquet_rows.h"

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/task.h"
#include "ganymede/core/text.h"
#include "ganymede/data/archive.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

using parquet::arrow::SchemaField;

constexpr const char* kDamagedHint = "download it again";

void check(const arrow::Status& status, const std::string& where) {
  if (status.IsOutOfMemory()) {
    throw Error("the file unpacks to more than may be held", where, "write its images into a folder or a tar");
  }
  if (!status.ok())
    throw Error(fmt::format("the file is damaged ({})", printable(status.message())), where, kDamagedHint);
}

template <class T>
T value_of(arrow::Result<T> result, const std::string& where) {
  check(result.status(), where);
  return std::move(result).ValueUnsafe();
}

bool holds_bytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY;
}

/// The bytes of an image lie in the column, or in a field of it: the Hub's structs of "bytes" and "path".
const SchemaField* bytes_field(const SchemaField& column) {
  if (holds_bytes(*column.field->type())) return &column;
  if (column.field->type()->id() != arrow::Type::STRUCT) return nullptr;
  for (const auto& child : column.children) {
    if (child.field->name() == "bytes" && holds_bytes(*child.field->type())) return &child;
  }
  return nullptr;
}

bool is_cell(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY) {
    return is_cell(*static_cast<const arrow::DictionaryType&>(type).value_type());
  }
  return arrow::is_numeric(type.id()) || arrow::is_string(type.id()) || type.id() == arrow::Type::BOOL;
}

/// The names that the Hub's record of the columns ("huggingface" in the file's metadata) gives to the numbers of
/// classes. A record that is none tells nothing.
std::map<std::string, std::vector<std::string>> class_names(const arrow::KeyValueMetadata* metadata) {
  std::map<std::string, std::vector<std::string>> names;
  const int at = metadata == nullptr ? -1 : metadata->FindKey("huggingface");
  if (at < 0) return names;
  try {
    const auto record = parse_json(metadata->value(at), "");
    for (const auto& [column, feature] : record.at("info").at("features").items()) {
      if (!feature.is_object() || feature.value("_type", "") != "ClassLabel" || !feature.contains("names")) continue;
      names[column] = feature.at("names").get<std::vector<std::string>>();
    }
  } catch (const Error&) {
  } catch (const nlohmann::json::exception&) {
  }
  return names;
}

std::string text_of(const arrow::Array& values, std::int64_t row, const std::string& where) {
  if (values.IsNull(row)) return {};
  if (values.type_id() == arrow::Type::DICTIONARY) {
    const auto& coded = static_cast<const arrow::DictionaryArray&>(values);
    return text_of(*coded.dictionary(), coded.GetValueIndex(row), where);
  }
  return value_of(values.GetScalar(row), where)->ToString();
}

/// The bytes of a binary array of either width.
std::string_view bytes_of(const arrow::Array& values, std::int64_t row) {
  if (values.IsNull(row)) return {};
  if (values.type_id() == arrow::Type::BINARY) return static_cast<const arrow::BinaryArray&>(values).GetView(row);
  return static_cast<const arrow::LargeBinaryArray&>(values).GetView(row);
}

/// Reads one file.
class Rows {
 public:
  Rows(const std::filesystem::path& path, std::uint64_t budget) : where_(path.string()) {
    const std::uint64_t unpacked = std::max(kAlwaysUnpacked, kMaxUnpacked * std::filesystem::file_size(path));
    pool_ = std::make_unique<arrow::CappedMemoryPool>(arrow::system_memory_pool(),
                                                      static_cast<std::int64_t>(std::min(budget, unpacked)));
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(value_of(arrow::io::ReadableFile::Open(where_, pool_.get()), where_),
                       parquet::ReaderProperties(pool_.get())),
          where_);
    builder.memory_pool(pool_.get());
    // Without threads of Arrow's own, which would outlive what they read into.
    parquet::ArrowReaderProperties properties(false);
    properties.set_pre_buffer(false);
    builder.properties(properties);
    reader_ = value_of(builder.Build(), where_);
    choose_columns();
  }

  ParquetColumns read(const TakeRow& take) {
    std::uint64_t row = 0;
    for (int group = 0; group < reader_->num_row_groups(); ++group) {
      const auto table = value_of(reader_->ReadRowGroup(group, leaves_), where_);
      check(table->Validate(), where_);
      arrow::TableBatchReader batches(*table);
      for (;;) {
        if (cancel_requested()) throw Cancelled();
        const auto batch = value_of(batches.Next(), where_);
        if (batch == nullptr) break;
        check(batch->ValidateFull(), where_);
        take_batch(*batch, row, take);
      }
    }
    return std::move(columns_);
  }

 private:
  /// A column is one of images where the first of its values begins like one.
  bool holds_images(const SchemaField& bytes) {
    for (int group = 0; group < reader_->num_row_groups(); ++group) {
      const auto table = value_of(reader_->ReadRowGroup(group, {bytes.column_index}), where_);
      check(table->Validate(), where_);
      for (const auto& stored : table->column(0)->chunks()) {
        const auto chunk = bytes_array(stored);
        check(chunk->ValidateFull(), where_);
        for (std::int64_t row = 0; row < chunk->length(); ++row) {
          const std::string_view value = bytes_of(*chunk, row);
          if (value.empty()) continue;
          const std::string_view head = value.substr(0, image::kHeadBytes);
          return image::format_of({reinterpret_cast<const std::uint8_t*>(head.data()), head.size()}) != nullptr;
        }
      }
    }
    return false;
  }

  /// A column's bytes: its own, or those of its field. A struct that is null is a row without an image, whatever lies
  /// below it.
  std::shared_ptr<arrow::Array> bytes_array(const std::shared_ptr<arrow::Array>& column) const {
    if (column->type_id() != arrow::Type::STRUCT) return column;
    const auto& fields = static_cast<const arrow::StructArray&>(*column);
    return value_of(fields.GetFlattenedField(0), where_);
  }

  void choose_columns() {
    std::vector<std::string> seen;
    for (const auto& column : reader_->manifest().schema_fields) {
      const std::string& name = column.field->name();
      seen.push_back(printable(name));
      if (const SchemaField* bytes = bytes_field(column); bytes != nullptr && holds_images(*bytes)) {
        if (columns_.image.empty()) {
          columns_.image = name;
          image_at_ = static_cast<int>(leaves_.size());
          leaves_.push_back(bytes->column_index);
        } else {
          columns_.other_images.push_back(name);
        }
      } else if (column.is_leaf() && is_cell(*column.field->type())) {
        columns_.cells.push_back(name);
        cells_at_.push_back(static_cast<int>(leaves_.size()));
        leaves_.push_back(column.column_index);
      }
    }
    if (columns_.image.empty()) {
      throw Error(fmt::format("none of the columns ({}) holds images", fmt::join(seen, ", ")), where_,
                  "images are a column of their files' bytes, or of structs with a field \"bytes\"");
    }
    columns_.class_names = class_names(reader_->parquet_reader()->metadata()->key_value_metadata().get());
  }

  void take_batch(const arrow::RecordBatch& batch, std::uint64_t& row, const TakeRow& take) const {
    const auto images = bytes_array(batch.column(image_at_));
    std::vector<std::shared_ptr<arrow::Array>> cells;
    for (const int at : cells_at_) cells.push_back(batch.column(at));
    for (std::int64_t i = 0; i < batch.num_rows(); ++i, ++row) {
      const std::string_view image = bytes_of(*images, i);
      std::vector<std::string> texts;
      for (const auto& cell : cells) texts.push_back(text_of(*cell, i, where_));
      take(row, Bytes(image.begin(), image.end()), std::move(texts));
    }
  }

  std::string where_;
  std::unique_ptr<arrow::CappedMemoryPool> pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  ParquetColumns columns_;
  std::vector<int> leaves_;  ///< what is read, in the order of the file's columns
  int image_at_ = 0;         ///< among leaves_
  std::vector<int> cells_at_;
};

}  // namespace

ParquetColumns read_parquet(const std::filesystem::path& path, std::uint64_t budget, const TakeRow& take) {
  try {
    return Rows(path, budget).read(take);
  } catch (const parquet::ParquetException& error) {
    throw Error(fmt::format("the file is damaged ({})", printable(error.what())), path.string(), kDamagedHint);
  }
}

}  // namespace ganymede::data
