// Files of tensors, as far as they are read without LibTorch.
#include <set>
#include <sstream>

#include "data/fixtures.h"
#include "fuzz/targets.h"
#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/data/archive.h"
#include "ganymede/exchange/hdf5_file.h"
#include "ganymede/exchange/keras_description.h"
#include "ganymede/exchange/torch_archive.h"

namespace ganymede::fuzz {
namespace {

using namespace std::string_literals;

void read_safetensors(const Bytes& bytes) {
  std::istringstream file(text_of(bytes));
  const auto header = checkpoint::read_header(file, bytes.size(), "fuzz");
  std::uint64_t data = 0;
  for (const auto& entry : header.entries) {
    require(entry.begin <= entry.end && entry.end <= bytes.size(), "a tensor lies within its file");
    data += entry.end - entry.begin;
  }
  require(data <= bytes.size(), "tensors do not overlap");
  saw(bytes_of_text(checkpoint::header_text(header, "fuzz")));
}

std::vector<Bytes> safetensors() {
  std::vector<Bytes> out;
  for (const std::string& header :
       {R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}      )"s,
        R"({"__metadata__":{"a":"b"},"w":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},)"
        R"("v":{"dtype":"BF16","shape":[],"data_offsets":[4,6]}})"s}) {
    Bytes file{static_cast<std::uint8_t>(header.size()), 0, 0, 0, 0, 0, 0, 0};
    file.insert(file.end(), header.begin(), header.end());
    file.resize(file.size() + (header.find("BF16") == std::string::npos ? 8 : 6));
    out.push_back(std::move(file));
  }
  return out;
}

/// What torch.save({"w": torch.zeros(2, 2)}) writes, but for its memo.
const std::string kStateDict =
    "\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
    "0X\x03\0\0\0cpuK\x04tQK\0K\x02K\x02\x86K\x02K\x01\x86\x89"
    "ccollections\nOrderedDict\n)RtRs."s;

std::vector<Bytes> pickles() {
  return {bytes_of_text(kStateDict),
          bytes_of_text("\x80\x02}q\0X\x01\0\0\0aq\x01]q\x02(K\x01J\xfe\xff\xff\xffG@\x04\0\0\0\0\0\0N\x88"
                        "es."s),
          bytes_of_text("\x80\x04\x95\x0f\0\0\0\0\0\0\0\x8c\x01x\x94\x8a\x02\x01\x02\x86\x94."s)};
}

/// All that an import of Keras's files asks of one.
void read_hdf5(const Bytes& bytes) {
  const exchange::Hdf5File file(bytes, "fuzz");
  for (const char* attribute : {"model_config", "layer_names"}) file.texts("", attribute);
  file.texts("model_weights", "layer_names");
  for (const auto& name : file.datasets()) {
    const auto group = name.substr(0, std::min(name.rfind('/'), name.size()));
    file.texts(group, "name");
    file.texts(group.substr(0, std::min(group.rfind('/'), group.size())), "weight_names");
    try {
      const auto numbers = file.numbers(name);
      require(numbers.values.size() * 2 <= bytes.size(), "no more numbers than the file holds");
    } catch (const Error&) {
      continue;
    }
  }
}

std::vector<Bytes> members(const std::filesystem::path& archive, const std::set<std::string>& names) {
  std::vector<Bytes> out;
  data::walk_archive(archive, data::Wanted([&](const std::string& name) { return names.contains(name); }),
                     [&](const std::string&, Bytes bytes) {
                       out.push_back(std::move(bytes));
                       return true;
                     });
  return out;
}

const std::filesystem::path kKerasFiles = "tests/parity/keras_files.zip";

std::vector<Bytes> keras_descriptions() {
  std::vector<Bytes> out;
  for (const Bytes& model : members(kKerasFiles, {"g.keras", "d.keras", "branching.keras", "prelu.keras"})) {
    for (Bytes& description : members(put("model.keras", model), {"config.json"}))
      out.push_back(std::move(description));
  }
  return out;
}

void read_keras_description(const Bytes& bytes) {
  exchange::KerasModel model{"fuzz"};
  exchange::describe_keras(model, text_of(bytes));
  for (const auto* layer : exchange::leaves_of(model.layers)) saw(bytes_of_text(layer->kind + layer->name));
}

}  // namespace

std::vector<Target> tensor_targets() {
  return {
      {"safetensors", read_safetensors, safetensors},
      {"pickle", [](const Bytes& bytes) { exchange::read_pickle(bytes, "fuzz"); }, pickles},
      {"torch-file", [](const Bytes& bytes) { exchange::read_torch_archive(put("model.pth", bytes)); },
       [] {
         return std::vector<Bytes>{test::archive_bytes(
             "model.zip", {{"model/data.pkl", bytes_of_text(kStateDict)}, {"model/data/0", Bytes(16)}})};
       }},
      {"hdf5", read_hdf5, [] { return members(kKerasFiles, {"g.h5", "d.weights.h5"}); }},
      {"keras", [](const Bytes& bytes) { exchange::read_keras(put("model.keras", bytes)); },
       [] { return members(kKerasFiles, {"g.keras", "d.h5", "g-weights.h5", "d.weights.h5"}); }},
      {"keras-config", read_keras_description, keras_descriptions},
      // The pickle is changed, the archive around it is not: a checksum would hide what lies behind it.
      {"torch-pickle",
       [](const Bytes& bytes) {
         exchange::read_torch_archive(
             put("stored.pth",
                 test::archive_bytes("stored.tar", {{"model/data.pkl", bytes}, {"model/data/0", Bytes(16)}})));
       },
       [] { return std::vector<Bytes>{bytes_of_text(kStateDict)}; }},
  };
}

}  // namespace ganymede::fuzz
