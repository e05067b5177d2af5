// LSUN (Yu et al., "LSUN: construction of a large-scale image dataset", 2015): an LMDB for each category and split, in
// a folder such as bedroom_train_lmdb/, from keys to images in JPEG or WebP.
#include <fmt/format.h>
#include <lmdb.h>

#include <algorithm>
#include <memory>

#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/lmdb_check.h"
#include "ganymede/data/prepared.h"
#include "ganymede/data/sources.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

const char *kFile = "data.mdb", *kEnding = "_lmdb";

/// One database, open for as long as it lives. Opening checks it and leaves no trace in its folder.
class Database {
 public:
  explicit Database(const fs::path& file) : where_(file.string()), stamp_(text_digest(fingerprint_of(file))) {
    const LmdbFacts facts = check_lmdb(file);
    MDB_env* env = nullptr;
    must(mdb_env_create(&env), "open");
    env_.reset(env);
    must(mdb_env_set_mapsize(env, facts.map_bytes), "open");
    // Nobody writes to these files, so they need no lock; the values handed out stay valid while the transaction lives.
    must(mdb_env_open(env, file.c_str(), MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR | MDB_NOTLS, 0644), "open");
    MDB_txn* transaction = nullptr;
    must(mdb_txn_begin(env, nullptr, MDB_RDONLY, &transaction), "read");
    transaction_.reset(transaction);
  }

  /// Calls `take` with the key and value of each entry, in the keys' order.
  template <class Take>
  void each(const Take& take) const {
    MDB_dbi main = 0;
    must(mdb_dbi_open(transaction_.get(), nullptr, 0, &main), "read");
    MDB_cursor* opened = nullptr;
    must(mdb_cursor_open(transaction_.get(), main, &opened), "read");
    const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor(opened, &mdb_cursor_close);
    MDB_val key, value;
    int status;
    while ((status = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT)) == 0) {
      take(std::string_view(static_cast<const char*>(key.mv_data), key.mv_size),
           std::span(static_cast<const std::uint8_t*>(value.mv_data), value.mv_size));
    }
    if (status != MDB_NOTFOUND) must(status, "read");
  }
  const std::string& where() const { return where_; }
  /// Differs whenever the file does.
  const std::string& stamp() const { return stamp_; }

 private:
  void must(int status, const char* action) const {
    if (status == 0) return;
    throw Error(fmt::format("cannot {} the database: {}", action, mdb_strerror(status)), where_,
                "copy or unpack it again");
  }

  std::string where_, stamp_;
  std::unique_ptr<MDB_env, decltype(&mdb_env_close)> env_{nullptr, &mdb_env_close};
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> transaction_{nullptr, &mdb_txn_abort};
};

/// Keys are text in LSUN; others are shown as hexadecimal digits.
std::string key_text(std::string_view key) {
  if (std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; })) return std::string(key);
  std::string text;
  for (const char c : key) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

class LsunImages : public ImageStore {
 public:
  /// Returns how many images there are now.
  std::size_t add(std::unique_ptr<Database> database) {
    database->each([&](std::string_view key, std::span<const std::uint8_t> value) {
      keys_ += key_text(key);
      items_.push_back({value, keys_.size(), databases_.size()});
    });
    databases_.push_back(std::move(database));
    return items_.size();
  }
  std::size_t count() const override { return items_.size(); }
  std::string name(std::size_t index) const override {
    const std::size_t begin = index == 0 ? 0 : items_.at(index - 1).key_end;
    return keys_.substr(begin, items_.at(index).key_end - begin);
  }
  std::string where(std::size_t index) const override {
    return fmt::format("{}:{}", databases_[items_.at(index).database]->where(), name(index));
  }
  std::uint64_t bytes(std::size_t index) const override { return items_.at(index).value.size(); }
  std::string stamp(std::size_t index) const override {
    const Item& item = items_.at(index);
    return fmt::format("{} {}", item.value.size(), databases_[item.database]->stamp());
  }
  std::string root() const override { return databases_.empty() ? std::string() : databases_.front()->where(); }
  void read(std::size_t index, const UseBytes& use) const override { use(items_.at(index).value); }

 private:
  struct Item {
    std::span<const std::uint8_t> value;
    std::size_t key_end, database;
  };
  std::vector<std::unique_ptr<Database>> databases_;
  std::vector<Item> items_;
  std::string keys_;  ///< one after another: there may be millions
};

struct Place {
  std::string category;  ///< empty where the folder's name does not tell
  fs::path file;
};

/// "bedroom" for the folder "bedroom_train_lmdb" and the split "train"; empty for other names.
std::string category_of(const std::string& folder, const std::string& split) {
  const std::string ending = "_" + split + kEnding;
  return folder.size() > ending.size() && folder.ends_with(ending) ? folder.substr(0, folder.size() - ending.size())
                                                                   : "";
}

/// The databases that were asked for: the one that `path` is, or those of the splits below it.
std::vector<Place> find(const DatasetOptions& options, std::vector<std::string>& splits) {
  const fs::path& path = options.path;
  if (!fs::exists(path)) {
    throw Error("no such file or folder", path.string(), "check the path; LSUN's own download.py fetches a category");
  }
  const bool single = !fs::is_directory(path);
  if (single || fs::exists(path / kFile)) {
    const fs::path file = single ? path : path / kFile;
    const std::string folder = fs::absolute(file).lexically_normal().parent_path().filename().string();
    for (const auto& split : source_named("lsun").splits) {
      const std::string category = category_of(folder, split);
      if (category.empty()) continue;
      splits = {split};
      return {{category, file}};
    }
    return {{"", file}};
  }
  std::vector<Place> places;
  splits = options.splits;
  for (const auto& split : splits) {
    std::vector<Place> here;
    for (const auto& entry : fs::directory_iterator(path)) {
      const std::string category = category_of(entry.path().filename().string(), split);
      const auto& wanted = options.classes;
      if (category.empty() || !fs::exists(entry.path() / kFile)) continue;
      // Others need not even be opened; a class that nobody has is reported by select().
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), category) != wanted.end())
        here.push_back({category, entry.path() / kFile});
      else
        places.push_back({category, {}});
    }
    std::sort(here.begin(), here.end(), [](const Place& a, const Place& b) { return a.category < b.category; });
    places.insert(places.end(), here.begin(), here.end());
  }
  if (places.empty()) {
    throw Error(fmt::format("no folder such as bedroom_{}{} with its {} was found", splits.front(), kEnding, kFile),
                path.string(), "unpack LSUN's archives there, or name one such folder");
  }
  return places;
}

}  // namespace

Listed list_lsun(DatasetOptions& options) {
  DatasetInfo info;
  info.name = "lsun";
  info.path = options.path;
  const std::vector<Place> places = find(options, info.splits);
  ImageListing all;
  for (const Place& place : places) {
    if (!place.category.empty()) all.classes.push_back(place.category);
  }
  std::sort(all.classes.begin(), all.classes.end());
  all.classes.erase(std::unique(all.classes.begin(), all.classes.end()), all.classes.end());

  const auto store = std::make_shared<LsunImages>();
  for (const Place& place : places) {
    if (place.file.empty()) continue;
    spdlog::debug("listing {}", place.file.string());
    const std::size_t count = store->add(std::make_unique<Database>(place.file));
    const auto at = std::find(all.classes.begin(), all.classes.end(), place.category);
    const auto label = at == all.classes.end() ? -1 : static_cast<std::int32_t>(at - all.classes.begin());
    all.labels.resize(count, label);
  }
  for (std::size_t i = 0; i < store->count(); ++i) all.images.push_back(i);
  if (all.classes.empty()) all.notes.push_back("the folder's name tells no category: images have no labels");
  ImageListing listing = chosen(*store, std::move(all), options, options.path.string());
  options.splits = info.splits;
  return {store, std::move(listing), std::move(info)};
}

}  // namespace ganymede::data
