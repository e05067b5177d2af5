// What a call of the C interface gives: images with their groups, and all else as JSON.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ganymede.h"
#include "ganymede/operations.h"
#include "ganymede/runs.h"

struct ganymede_result {
  explicit ganymede_result(const std::string& operation) : about{{"operation", operation}} {}

  void add(const std::string& group, ganymede::GeneratedImage image, nlohmann::ordered_json more = {});
  void add(const std::string& group, ganymede::Image image, nlohmann::ordered_json more = {});
  /// Makes the entries and the text, once all is there.
  void finish();

  struct Entry {
    ganymede::GeneratedImage generated;
    std::string group;
  };
  std::deque<Entry> entries;  ///< which never move: `images` points into them
  std::vector<ganymede_image> images;
  nlohmann::ordered_json about, list = nlohmann::ordered_json::array();
  std::string text;
  int columns = 0;  ///< of the sheet; about a square for 0
};

namespace ganymede::library {

/// Each operation's result, taken over.
void fill(ganymede_result& out, GenerateResult&& result);
void fill(ganymede_result& out, FramesResult&& result);
void fill(ganymede_result& out, ArithmeticResult&& result);
void fill(ganymede_result& out, DirectionResult&& result);
void fill(ganymede_result& out, NearestImagesResult&& result);
void fill(ganymede_result& out, ExemplarsResult&& result);
void fill(ganymede_result& out, ProjectResult&& result);
void fill(ganymede_result& out, std::vector<Image>&& images);
void fill(ganymede_result& out, EvaluateResult&& result);
void fill(ganymede_result& out, FeaturesResult&& result);
void fill(ganymede_result& out, TrainResult&& result);
void fill(ganymede_result& out, std::vector<ExportedFile>&& files);
void fill(ganymede_result& out, ImportResult&& result);

}  // namespace ganymede::library
