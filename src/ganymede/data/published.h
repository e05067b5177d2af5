// What data sets publish about their files: addresses and checksums.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ganymede::data {

/// NVIDIA's TorchScript form of the Inception network that FID is defined with ("inception-2015-12-05.pt" of its
/// StyleGAN2-ADA), as `data fetch inception` gets it.
inline constexpr const char* kInception = "inception";
inline constexpr const char* kInceptionSha256 = "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4";

/// A file that can be downloaded.
struct PublishedFile {
  std::string dataset;   ///< the source's name, or kInception
  std::string split;     ///< the split it holds; empty when it holds all
  std::string name;      ///< "train_32x32.mat"
  std::string base;      ///< address without the name, ending in '/'
  std::string checksum;  ///< of the file as downloaded
  std::string algorithm = "md5";
};
const std::vector<PublishedFile>& published_files();

/// Compares what was read with the published checksums of the unpacked files, and puts the outcome into words.
/// A difference is never an error: copies that were packed again or repaired are still of use.
class ContentCheck {
 public:
  explicit ContentCheck(std::string dataset) : dataset_(std::move(dataset)) {}
  /// `name` without folders and without .gz. A file that nothing is published about is passed over.
  void add(const std::string& name, std::span<const std::uint8_t> content);
  /// As add(), with the md5 at hand.
  void add_md5(const std::string& name, const std::string& md5);
  /// One sentence naming the files that differ; empty when none does.
  std::string note() const;

 private:
  std::string dataset_;
  std::vector<std::string> differing_;  ///< names
};

}  // namespace ganymede::data
