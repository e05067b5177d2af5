#include "ganymede/data/published.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ganymede/core/hash.h"

namespace ganymede::data {
namespace {

struct Content {
  const char *dataset, *name, *md5;
};

constexpr Content kContents[] = {
    {"cifar10", "data_batch_1.bin", "5dd7e06a14cb22eb9f671a540d1b7c25"},
    {"cifar10", "data_batch_2.bin", "5ea93a67294ea407fff1d09f752e9692"},
    {"cifar10", "data_batch_3.bin", "942cd6a4bcdd0dd3c604fbe906cb4421"},
    {"cifar10", "data_batch_4.bin", "ae636b3ba5c66a11e91e8cb52e771fcb"},
    {"cifar10", "data_batch_5.bin", "53f37980c15c3d472c316c40844f3f0d"},
    {"cifar10", "test_batch.bin", "803d5f7f4d78ea53de84dbe85f74fb6d"},
    {"cifar100", "train.bin", "6172c7755cfe09b2fe270c85cebc1b15"},
    {"cifar100", "test.bin", "4499cfba6c016c1be1438163640a0898"},
    {"mnist", "train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"},
    {"mnist", "train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"},
    {"mnist", "t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"},
    {"mnist", "t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"},
    {"fashion-mnist", "train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"},
    {"fashion-mnist", "train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"},
    {"fashion-mnist", "t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"},
    {"fashion-mnist", "t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"},
    {"stl10", "train_X.bin", "918c2871b30a85fa023e0c44e0bee87f"},
    {"stl10", "train_y.bin", "5a34089d4802c674881badbb80307741"},
    {"stl10", "test_X.bin", "7f263ba9f9e0b06b93213547f721ac82"},
    {"stl10", "test_y.bin", "36f9794fa4beb8a2c72628de14fa638e"},
    {"stl10", "unlabeled_X.bin", "5242ba1fed5e4be9e1e742405eb56ca4"},
    {"svhn", "train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"},
    {"svhn", "test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"},
    {"svhn", "extra_32x32.mat", "a93ce644f1a588dc4d68dda5feec44a7"},
};

const Content* published_content(const std::string& dataset, const std::string& name) {
  for (const auto& content : kContents) {
    if (dataset == content.dataset && name == content.name) return &content;
  }
  return nullptr;
}

}  // namespace

const std::vector<PublishedFile>& published_files() {
  static const std::string kriz = "https://www.cs.toronto.edu/~kriz/";
  static const std::string mnist = "https://ossci-datasets.s3.amazonaws.com/mnist/";
  static const std::string fashion = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
  static const std::string kmnist = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/";
  static const std::string emnist = "https://biometrics.nist.gov/cs_links/EMNIST/";
  static const std::string emnist_md5 = "58c8d27c78d21e728a6bc7b3cc06412e";
  static const std::string stl10 = "http://ai.stanford.edu/~acoates/stl10/";
  static const std::string flowers = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/";
  static const std::string svhn = "http://ufldl.stanford.edu/housenumbers/";
  static const std::string nvidia = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/";
  static const std::vector<PublishedFile> files = {
      {"cifar10", "", "cifar-10-binary.tar.gz", kriz, "c32a1d4ab5d03f1284b67883e8d87530"},
      {"cifar100", "", "cifar-100-binary.tar.gz", kriz, "03b5dce01913d631647c71ecec9e9cb8"},
      {"mnist", "train", "train-images-idx3-ubyte.gz", mnist, "f68b3c2dcbeaaa9fbdd348bbdeb94873"},
      {"mnist", "train", "train-labels-idx1-ubyte.gz", mnist, "d53e105ee54ea40749a09fcbcd1e9432"},
      {"mnist", "test", "t10k-images-idx3-ubyte.gz", mnist, "9fb629c4189551a2d022fa330f9573f3"},
      {"mnist", "test", "t10k-labels-idx1-ubyte.gz", mnist, "ec29112dd5afa0611ce80d1b7f02629c"},
      {"fashion-mnist", "train", "train-images-idx3-ubyte.gz", fashion, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"},
      {"fashion-mnist", "train", "train-labels-idx1-ubyte.gz", fashion, "25c81989df183df01b3e8a0aad5dffbe"},
      {"fashion-mnist", "test", "t10k-images-idx3-ubyte.gz", fashion, "bef4ecab320f06d8554ea6380940ec79"},
      {"fashion-mnist", "test", "t10k-labels-idx1-ubyte.gz", fashion, "bb300cfdad3c16e7a12a480ee83cd310"},
      // From here to SVHN addresses and sums are those of torchvision.datasets.
      {"kmnist", "train", "train-images-idx3-ubyte.gz", kmnist, "bdb82020997e1d708af4cf47b453dcf7"},
      {"kmnist", "train", "train-labels-idx1-ubyte.gz", kmnist, "e144d726b3acfaa3e44228e80efcd344"},
      {"kmnist", "test", "t10k-images-idx3-ubyte.gz", kmnist, "5c965bf0a639b31b8f53240b1b52f4d7"},
      {"kmnist", "test", "t10k-labels-idx1-ubyte.gz", kmnist, "7320c461ea6c1c855c0b718fb2a4b134"},
      {"emnist-balanced", "", "gzip.zip", emnist, emnist_md5},
      {"emnist-byclass", "", "gzip.zip", emnist, emnist_md5},
      {"emnist-bymerge", "", "gzip.zip", emnist, emnist_md5},
      {"emnist-digits", "", "gzip.zip", emnist, emnist_md5},
      {"emnist-letters", "", "gzip.zip", emnist, emnist_md5},
      {"emnist-mnist", "", "gzip.zip", emnist, emnist_md5},
      {"stl10", "", "stl10_binary.tar.gz", stl10, "91f7769df0f17e558f3565bffb0c7dfb"},
      {"flowers102", "", "102flowers.tgz", flowers, "52808999861908f626f3c1f4e79d11fa"},
      {"flowers102", "", "imagelabels.mat", flowers, "e0620be6f572b9609742df49c70aed4d"},
      {"flowers102", "", "setid.mat", flowers, "a5357ecc9cb78c4bef273ce3793fc85c"},
      {"svhn", "train", "train_32x32.mat", svhn, "e26dedcc434d2e4c54c9b2d4a06d8373"},
      {"svhn", "test", "test_32x32.mat", svhn, "eb5a983be6a315427106f1b164d9cef3"},
      {"svhn", "extra", "extra_32x32.mat", svhn, "a93ce644f1a588dc4d68dda5feec44a7"},
      {kInception, "", "inception-2015-12-05.pt", nvidia, kInceptionSha256, "sha256"},
  };
  return files;
}

void ContentCheck::add(const std::string& name, std::span<const std::uint8_t> content) {
  if (published_content(dataset_, name) == nullptr) return;
  Digest digest("md5");
  digest.update(content);
  add_md5(name, digest.hex());
}

void ContentCheck::add_md5(const std::string& name, const std::string& md5) {
  const Content* known = published_content(dataset_, name);
  if (known == nullptr) return;
  if (md5 != known->md5) differing_.push_back(name);
}

std::string ContentCheck::note() const {
  if (differing_.empty()) return {};
  return fmt::format("checksum differs from the published one: {}", fmt::join(differing_, ", "));
}

}  // namespace ganymede::data
