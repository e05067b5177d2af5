#include "ganymede/data/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/text.h"

namespace ganymede::data {
namespace {

using Row = std::vector<std::string>;

constexpr std::size_t kMaxColumns = 1000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string at_line(const std::string& where, std::size_t line) {
  return fmt::format("{} line {}", where, line);
}

/// Reads one record after another of a separated text.
class Records {
 public:
  Records(std::string_view text, char separator, const std::string& where)
      : text_(text), separator_(separator), where_(where) {}

  bool more() const { return at_ < text_.size(); }
  std::size_t line() const { return line_; }
  /// A blank line is a record of one empty field.
  Row next() {
    Row row;
    do {
      row.push_back(text_.substr(at_).starts_with('"') ? quoted() : plain());
    } while (took(separator_));
    took('\r');
    if (took('\n')) ++line_;
    return row;
  }

 private:
  bool took(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string plain() {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != separator_ && text_[end] != '\n' && text_[end] != '\r') ++end;
    std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }
  std::string quoted() {
    const std::size_t begun = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] == '"' && !text_.substr(at_ + 1).starts_with('"')) {
        ++at_;
        if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
          throw Error("text stands behind a quoted field", at_line(where_, line_), "double the quotes within a field");
        }
        return field;
      }
      if (text_[at_] == '"') ++at_;
      field += text_[at_];
    }
    throw Error("a quoted field does not end", at_line(where_, begun), "close its quotes");
  }

  std::string_view text_;
  char separator_;
  const std::string& where_;
  std::size_t at_ = 0, line_ = 1;
};

char separator_of(std::string_view text, bool tabs) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto has = [&](char c) { return first.find(c) != std::string_view::npos; };
  if (tabs) return '\t';
  if (has(',')) return ',';
  return has(';') ? ';' : has('\t') ? '\t' : ',';
}

Table from_separated(std::string_view text, bool tabs, const std::string& where) {
  Table table;
  Records records(text, separator_of(text, tabs), where);
  while (records.more()) {
    const std::size_t line = records.line();
    Row row = records.next();
    if (row.size() == 1 && row[0].empty()) continue;
    if (table.columns.empty()) {
      table.columns = std::move(row);
      continue;
    }
    if (row.size() != table.columns.size()) {
      throw Error(fmt::format("{} where the first row has {}", counted(row.size(), "field"), table.columns.size()),
                  at_line(where, line), "give all rows as many, with quotes around fields that hold the separator");
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Adds objects as rows, whatever keys each has.
class Objects {
 public:
  explicit Objects(const std::string& where) : where_(where) {}
  void add(const nlohmann::json& object) {
    Row row(table_.columns.size());
    for (const auto& [key, value] : object.items()) {
      const auto found = std::find(table_.columns.begin(), table_.columns.end(), key);
      const auto at = static_cast<std::size_t>(found - table_.columns.begin());
      if (found == table_.columns.end()) {
        if (at == kMaxColumns) throw Error(fmt::format("more than {} different keys", kMaxColumns), where_);
        table_.columns.push_back(key);
        row.emplace_back();
      }
      row[at] = text_of(value);
    }
    table_.rows.push_back(std::move(row));
  }
  void add(const std::string& name, const nlohmann::json& label) {
    table_.columns = {"file_name", "label"};
    table_.rows.push_back({name, text_of(label)});
  }
  Table take() {
    for (auto& row : table_.rows) row.resize(table_.columns.size());
    return std::move(table_);
  }

 private:
  std::string text_of(const nlohmann::json& value) {
    if (value.is_null()) return {};
    if (value.is_structured()) ++table_.lists;
    if (value.is_structured()) return {};
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  const std::string& where_;
  Table table_;
};

Table from_json(std::string_view text, const std::string& where) {
  nlohmann::json root = parse_json(text, where);
  if (root.is_object() && root.contains("labels") && root["labels"].is_structured()) root = root["labels"];
  Objects objects(where);
  if (root.is_object()) {
    for (const auto& [name, label] : root.items()) objects.add(name, label);
  } else if (root.is_array()) {
    for (const auto& item : root) {
      if (item.is_object()) {
        objects.add(item);
      } else if (item.is_array() && item.size() == 2 && item[0].is_string()) {
        objects.add(item[0].get<std::string>(), item[1]);
      } else {
        return {};
      }
    }
  }
  return objects.take();
}

Table from_json_lines(std::string_view text, const std::string& where) {
  Objects objects(where);
  std::size_t line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto object = parse_json(one, at_line(where, line));
    if (!object.is_object()) throw Error("no JSON object", at_line(where, line), "write an object on each line");
    objects.add(object);
  }
  return objects.take();
}

}  // namespace

Table read_table(std::span<const std::uint8_t> bytes, const std::string& name, const std::string& where) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(kLfsPointer)) throw Error(kIsLfsPointer, where, kLfsPointerHint);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    throw Error("the table is not in UTF-8", where, "save it as \"CSV UTF-8\"");
  }
  const std::string ending = in_small_letters(name.substr(std::min(name.rfind('.'), name.size())));
  if (ending == ".json") return from_json(text, where);
  if (ending == ".jsonl") return from_json_lines(text, where);
  return from_separated(text, ending == ".tsv", where);
}

}  // namespace ganymede::data
