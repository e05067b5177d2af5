// Data sets and what they are packed in.
#include <algorithm>
#include <cstdlib>

#include "data/fixtures.h"
#include "fuzz/targets.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/data/archive.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/celeba_lists.h"
#include "ganymede/data/exclude.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/npy.h"
#include "ganymede/data/packed.h"
#include "ganymede/data/sources.h"
#ifdef GANYMEDE_FUZZ_LSUN
#include <lmdb.h>

#include "ganymede/data/lmdb_check.h"
#endif
#ifdef GANYMEDE_FUZZ_PARQUET
#include "ganymede/data/parquet_rows.h"
#endif
#ifdef GANYMEDE_FUZZ_SVHN
#include <matio.h>

#include "ganymede/data/mat_file.h"
#endif

namespace ganymede::fuzz {
namespace {

namespace fs = std::filesystem;

/// Small bombs must not be let through: what one input may take.
constexpr std::uint64_t kLimit = std::uint64_t{64} << 20;

/// Opens a set and reads its first images, damaged ones included.
void read_all(const std::string& name, const fs::path& path, const std::vector<std::string>& splits = {}) {
  data::DatasetOptions options;
  options.name = name;
  options.path = path;
  options.splits = splits;
  const auto set = data::open_source(data::settled(options));
  Bytes pixels(set->image_bytes());
  for (std::size_t i = 0; i < std::min<std::size_t>(set->size(), 64); ++i) {
    const int label = set->label(i);
    require(label >= -1 && label < static_cast<int>(std::max<std::size_t>(set->info().classes.size(), 1 << 20)),
            "a label is a class");
    set->read(i, pixels);
    saw(pixels);
    saw(bytes_of_text(std::to_string(label) + set->key(i)));
  }
}

void read_idx(const Bytes& bytes) {
  const auto files = Pair::of(bytes);
  put("mnist/t10k-images-idx3-ubyte", files.first);
  read_all("mnist", put("mnist/t10k-labels-idx1-ubyte", files.second).parent_path(), {"test"});
}

void walk(const fs::path& path) {
  const data::ArchiveLimits limits{.member = kLimit / 4, .total = kLimit, .members = 1000};
  const auto take = [](const std::string& name, const Bytes& member) {
    require(!name.empty() && name.front() != '/' && ("/" + name + "/").find("/../") == std::string::npos,
            "a member's name stays below its root");
    saw(bytes_of_text(name));
    saw(member);
    return true;
  };
  data::walk_archive(path, data::Wanted([](const std::string&) { return true; }), take, limits);
}

std::vector<Bytes> archives(const std::string& name) {
  return {test::archive_bytes(name, {{"a/b.txt", bytes_of_text("hello")}, {"c.png", test::png(2, 2, {9})}})};
}

/// Images with their labels: a tar is a shard of samples, a zip a set of folders.
std::vector<Bytes> image_archives(const std::string& name) {
  return {test::archive_bytes(name, {{"0.png", test::png(2, 2, {9})},
                                     {"0.cls", bytes_of_text("1")},
                                     {"1.png", test::png(2, 2, {1})},
                                     {"1.json", bytes_of_text(R"({"label": "cat"})")}}),
          test::archive_bytes(name, {{"cat/0.png", test::png(2, 2, {9})}, {"dog/1.png", test::png(2, 2, {1})}}),
          test::archive_bytes(
              name, {{"0.png", test::png(2, 2, {9})}, {"labels.csv", bytes_of_text("file,label\n0.png,cat\n")}})};
}

constexpr const char* kKey = "fuzz";

/// The cache's file for kKey, in a folder of this process.
std::string cache_file() {
  ::setenv("XDG_CACHE_HOME", put("cache/anchor", {}).parent_path().c_str(), 1);
  return "cache/ganymede/" + text_digest(kKey).substr(0, 32) + ".pixels";
}

void read_cache(const Bytes& bytes) {
  put(cache_file(), bytes);
  const auto found = data::cached(kKey, [] { return data::Unpacked{}; }, 1e9);
  const auto& images = found.images;
  require(
      images.pixels.size() == images.labels.size() * std::size_t{1} * images.height * images.width * images.channels,
      "cached images have all their pixels");
}

std::vector<Bytes> caches() {
  const auto path = put(cache_file(), {});
  data::Images images{2, 3, 1, Bytes(12), {0, 1}, {}, {}};
  data::cached(kKey, [&] { return data::Unpacked{images, {"a", "b"}, {"a note"}}; }, 0);
  return {read_file(path)};
}

void read_celeba(const Bytes& bytes) {
  const auto files = Pair::of(bytes);
  put("celeba/list_attr_celeba.txt", files.first);
  const auto lists =
      data::read_celeba_lists(put("celeba/list_eval_partition.txt", files.second).parent_path(), true, true);
  require(lists.attributes && lists.attributes->names.size() <= 64, "at most 64 attributes");
}

void read_exclude(const Bytes& bytes) {
  std::vector<std::string> notes;
  data::left_out_by(put("exclude.txt", bytes), 10, [](std::size_t i) { return std::to_string(i); }, "abc", notes);
}

Bytes npy(const std::string& dict, std::size_t size) {
  std::string header = dict;
  header.resize(118, ' ');
  Bytes out = bytes_of_text("\x93NUMPY\x01" + std::string(1, '\0') + "v" + std::string(1, '\0') + header);
  out.resize(out.size() + size, 7);
  return out;
}

std::vector<Bytes> arrays() {
  return {npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3, 1), }", 12),
          npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12)};
}

void read_array(const Bytes& bytes) {
  const auto array = data::parse_npy(bytes, "fuzz");
  require(array.bytes.size() <= bytes.size(), "an array is no larger than its file");
  saw(array.bytes);
  if (array.count() > 0) array.number(array.count() - 1);
  array.text();
}

#ifdef GANYMEDE_FUZZ_LSUN
/// What the check lets through LMDB then reads.
void read_lmdb(const Bytes& bytes) {
  const auto file = put("x_train_lmdb/data.mdb", bytes);
  data::check_lmdb(file);
  read_all("lsun", file.parent_path());
}

std::vector<Bytes> databases() {
  const auto folder = put("seed_lmdb/anchor", {}).parent_path();
  MDB_env* env = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi main = 0;
  mdb_env_create(&env);
  mdb_env_open(env, folder.c_str(), 0, 0644);
  mdb_txn_begin(env, nullptr, 0, &transaction);
  mdb_dbi_open(transaction, nullptr, 0, &main);
  for (const std::string name : {"a", "b", "c"}) {
    Bytes bytes = test::png(4, 4, {9, 8, 7});
    MDB_val key{name.size(), const_cast<char*>(name.data())}, value{bytes.size(), bytes.data()};
    mdb_put(transaction, main, &key, &value, 0);
  }
  mdb_txn_commit(transaction);
  mdb_env_close(env);
  return {read_file(folder / "data.mdb")};
}
#endif

#ifdef GANYMEDE_FUZZ_SVHN
Bytes mat_file(mat_ft version) {
  const auto path = put("seed.mat", {});
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, version);
  Bytes x(3072), y{1};
  std::size_t image[4] = {32, 32, 3, 1}, label[2] = {1, 1};
  for (auto* variable : {Mat_VarCreate("X", MAT_C_UINT8, MAT_T_UINT8, 4, image, x.data(), 0),
                         Mat_VarCreate("y", MAT_C_UINT8, MAT_T_UINT8, 2, label, y.data(), 0)}) {
    Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(variable);
  }
  Mat_Close(file);
  return read_file(path);
}

void read_mat_numbers(const Bytes& bytes) {
  data::MatFile(put("setid.mat", bytes), "").numbers("y", "");
}
#endif

#ifdef GANYMEDE_FUZZ_PARQUET
void read_rows(const Bytes& bytes) {
  const auto columns = data::read_parquet(put("some.parquet", bytes), kLimit,
                                          [](std::uint64_t row, const Bytes& image, const auto& cells) {
                                            saw(bytes_of_text(std::to_string(row)));
                                            saw(image);
                                            for (const auto& cell : cells) saw(bytes_of_text(cell));
                                          });
  saw(bytes_of_text(columns.image));
}

/// As pyarrow writes them: structs of the Hub with labels, bytes beside other columns in two groups, packed pages.
std::vector<Bytes> parquet_files() {
  std::vector<Bytes> out;
  data::walk_archive("tests/fuzz/parquet_files.zip", data::Wanted([](const auto&) { return true; }),
                     [&](const std::string&, Bytes bytes) {
                       out.push_back(std::move(bytes));
                       return true;
                     });
  return out;
}
#endif

void add_optional(std::vector<Target>& out) {
#ifdef GANYMEDE_FUZZ_LSUN
  out.push_back({"lmdb", read_lmdb, databases});
#endif
#ifdef GANYMEDE_FUZZ_SVHN
  const auto seeds = [] { return std::vector<Bytes>{mat_file(MAT_FT_MAT5)}; };
  out.push_back(
      {"mat", [](const Bytes& bytes) { read_all("svhn", put("svhn/train_32x32.mat", bytes).parent_path(), {"train"}); },
       seeds});
  out.push_back({"mat-numbers", read_mat_numbers, seeds});
#endif
#ifdef GANYMEDE_FUZZ_PARQUET
  out.push_back({"parquet", read_rows, parquet_files});
#endif
  static_cast<void>(out);
}

}  // namespace

std::vector<Target> dataset_targets() {
  const auto idx = [] { return std::vector<Bytes>{Pair{test::idx_images(2), test::idx_labels(2)}.joined()}; };
  const auto celeba = [] {
    return std::vector<Bytes>{
        Pair{bytes_of_text("2\nSmiling Male \n000001.jpg  1 -1\n000002.jpg -1  1\n"),
             bytes_of_text("000001.jpg 0\n000002.jpg 2\n")}
            .joined(),
        Pair{bytes_of_text("image_id,Smiling\n000001.jpg,1\n"), bytes_of_text("image_id,partition\n000001.jpg,0\n")}
            .joined()};
  };
  std::vector<Target> out{
      {"idx", read_idx, idx},
      {"cifar",
       [](const Bytes& bytes) { read_all("cifar10", put("cifar/test_batch.bin", bytes).parent_path(), {"test"}); },
       [] { return std::vector<Bytes>{test::cifar_records(2)}; }},
      {"tar", [](const Bytes& bytes) { walk(put("some.tar", bytes)); }, [] { return archives("x.tar"); }},
      {"zip", [](const Bytes& bytes) { walk(put("some.zip", bytes)); }, [] { return archives("x.zip"); }},
      {"decompress", [](const Bytes& bytes) { saw(data::decompress(bytes, "fuzz", kLimit)); },
       [] { return std::vector<Bytes>{test::gzip(Bytes(300, 7)), bytes_of_text("plain")}; }},
      {"tar-images", [](const Bytes& bytes) { read_all("folder", put("images.tar", bytes)); },
       [] { return image_archives("x.tar"); }},
      {"zip-images", [](const Bytes& bytes) { read_all("folder", put("images.zip", bytes)); },
       [] { return image_archives("x.zip"); }},
      {"npy", read_array, arrays},
      {"npz", [](const Bytes& bytes) { data::read_arrays(put("some.npz", bytes)); },
       [] {
         return std::vector<Bytes>{test::archive_bytes("x.zip", {{"a.npy", arrays()[0]}, {"b.npy", arrays()[1]}})};
       }},
      {"arrays", [](const Bytes& bytes) { read_all("arrays", put("images.npy", bytes)); },
       [] { return std::vector<Bytes>{arrays()[0]}; }},
      {"cache", read_cache, caches},
      {"celeba-lists", read_celeba, celeba},
      {"exclude", read_exclude,
       [] { return std::vector<Bytes>{bytes_of_text(data::exclude_list("about", "abc", {"1", "7"}))}; }},
  };
  add_optional(out);
  return out;
}

}  // namespace ganymede::fuzz
