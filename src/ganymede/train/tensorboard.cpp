#include "ganymede/train/tensorboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <chrono>
#include <utility>

#include "event.pb.h"
#include "ganymede/core/files.h"
#include "ganymede/core/log.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = 64 * 1024;
constexpr std::chrono::seconds kLongestWait{5};

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The checksum of TensorFlow's records: CRC-32C (Castagnoli), turned and shifted so that a checksum stored in the
/// data does not disturb the checksum of the data.
std::uint32_t masked_crc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xA282EAD8u;
}

template <class Integer>
void put_little_endian(std::string& target, Integer value) {
  for (size_t i = 0; i < sizeof(Integer); ++i) target += static_cast<char>((value >> (8 * i)) & 0xFF);
}

/// One record: length, checksum of the length, content, checksum of the content.
void put_record(std::string& target, std::string_view content) {
  const size_t start = target.size();
  put_little_endian<std::uint64_t>(target, content.size());
  put_little_endian(target, masked_crc(std::string_view(target).substr(start, 8)));
  target += content;
  put_little_endian(target, masked_crc(content));
}

/// A name that no earlier process of this run has used: two may start within one second.
fs::path fresh_path(const fs::path& folder) {
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  const std::string name = fmt::format("events.out.tfevents.{:010}.{}", static_cast<std::int64_t>(now()), host);
  fs::path path = folder / name;
  for (int i = 1; fs::exists(path); ++i) path = folder / fmt::format("{}.{}", name, i);
  return path;
}

}  // namespace

struct EventWriter::State {
  using Clock = std::chrono::steady_clock;

  explicit State(const fs::path& path) : file(path, 0) {}

  void put(const tensorboard::Event& event) {
    put_record(waiting, event.SerializeAsString());
    if (waiting.size() >= kBufferBytes || Clock::now() - written >= kLongestWait) write();
  }
  void write() {
    const std::string bytes = std::exchange(waiting, {});  // not written twice where the disk is full
    written = Clock::now();
    file.append(bytes);
  }

  AppendFile file;
  std::string waiting;
  Clock::time_point written = Clock::now();
};

EventWriter::EventWriter(const fs::path& folder, std::optional<std::uint64_t> keep_until_step)
    : state_(std::make_unique<State>(fresh_path(folder))) {
  tensorboard::Event version;
  version.set_wall_time(now());
  version.set_file_version("brain.Event:2");
  state_->put(version);
  if (keep_until_step) {
    tensorboard::Event restart;
    restart.set_wall_time(now());
    restart.set_step(static_cast<std::int64_t>(*keep_until_step + 1));
    restart.mutable_session_log()->set_status(tensorboard::SessionLog::START);
    state_->put(restart);
  }
  flush();
}

EventWriter::~EventWriter() {
  try {
    flush();
  } catch (const std::exception& error) {
    spdlog::warn("the last TensorBoard events are lost: {}", error.what());
  }
}

void EventWriter::scalar(const std::string& tag, std::uint64_t step, double wall_time, double value) {
  tensorboard::Event event;
  event.set_wall_time(wall_time);
  event.set_step(static_cast<std::int64_t>(step));
  auto& summary = *event.mutable_summary()->add_value();
  summary.set_tag(tag);
  summary.set_simple_value(static_cast<float>(value));
  state_->put(event);
}

void EventWriter::image(const std::string& tag, std::uint64_t step, double wall_time, std::span<const std::uint8_t> png,
                        int width, int height, int channels) {
  tensorboard::Event event;
  event.set_wall_time(wall_time);
  event.set_step(static_cast<std::int64_t>(step));
  auto& summary = *event.mutable_summary()->add_value();
  summary.set_tag(tag);
  summary.mutable_image()->set_width(width);
  summary.mutable_image()->set_height(height);
  summary.mutable_image()->set_colorspace(channels);
  summary.mutable_image()->set_encoded_image_string(png.data(), png.size());
  state_->put(event);
}

void EventWriter::flush() {
  state_->write();
}

double wall_time_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace ganymede::train
