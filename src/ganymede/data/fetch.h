// Downloads of published data sets: resumed after a break, checked, and in place only when whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ganymede::data {

struct Download {
  std::string url;
  std::filesystem::path target;
  std::string algorithm;  ///< "md5" or "sha256"; empty: the checksum is not known
  std::string checksum;   ///< lower-case hexadecimal
};

struct FetchOptions {
  int attempts = 5;           ///< in all; each goes on where the last one broke off
  double wait_seconds = 1.0;  ///< before the second attempt, doubled before each further one
};

/// Downloads to `target`, by way of `target`.part, which stays for the next call when the line breaks for good.
/// A target that is there with the right checksum is left alone. Returns false in that case.
/// Throws Error naming the address for what the server refuses, for a broken line and for a wrong checksum (the file is
/// then removed), Cancelled (core/task.h).
bool fetch_file(const Download& download, const FetchOptions& options = {});

/// What `ganymede data fetch` is to download of a data set (or of kInception): the files of `splits` (empty: all but
/// those that are only extra) into `folder`, from the published address or from `base` instead of it. Throws UsageError
/// for data sets that nothing is published of and for unknown splits.
std::vector<Download> downloads_of(const std::string& dataset, const std::vector<std::string>& splits,
                                   const std::filesystem::path& folder, const std::string& base = {});

}  // namespace ganymede::data
