#include "ganymede/train/tensorboard.h"

#include <algorithm>
#include <cstring>

#include "event.pb.h"
#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

using test::TemporaryFolder;
using testing::StartsWith;

/// CRC-32C bit by bit, written apart from the library's.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

std::uint32_t masked(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

template <class Integer>
Integer number_at(const std::string& bytes, size_t place) {
  Integer value = 0;
  std::memcpy(&value, bytes.data() + place, sizeof value);
  return value;
}

/// Takes the records of a file apart and checks every checksum.
std::vector<tensorboard::Event> events_of(const std::filesystem::path& path) {
  const Bytes raw = read_file(path);
  const std::string bytes(raw.begin(), raw.end());
  std::vector<tensorboard::Event> events;
  for (size_t place = 0; place < bytes.size();) {
    const auto length = number_at<std::uint64_t>(bytes, place);
    EXPECT_EQ(number_at<std::uint32_t>(bytes, place + 8), masked(bytes.substr(place, 8)));
    EXPECT_EQ(number_at<std::uint32_t>(bytes, place + 12 + length), masked(bytes.substr(place + 12, length)));
    EXPECT_TRUE(events.emplace_back().ParseFromString(bytes.substr(place + 12, length)));
    place += 16 + length;
  }
  return events;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Crc32c, OfThisTestMatchesThePublishedValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
}

TEST(EventWriter, WritesScalarsAndImages) {
  TemporaryFolder folder;
  const Bytes png{0x89, 'P', 'N', 'G'};
  {
    EventWriter writer(folder.path());
    writer.scalar("loss/d", 7, 1000.5, 0.25);
    writer.image("samples", 8, 1001.5, png, 64, 32);
  }
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_THAT(files[0].filename().string(), StartsWith("events.out.tfevents."));
  const auto events = events_of(files[0]);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[1].step(), 7);
  EXPECT_EQ(events[1].wall_time(), 1000.5);
  EXPECT_EQ(events[1].summary().value(0).tag(), "loss/d");
  EXPECT_EQ(events[1].summary().value(0).simple_value(), 0.25f);
  const auto& image = events[2].summary().value(0).image();
  EXPECT_EQ(image.width(), 64);
  EXPECT_EQ(image.height(), 32);
  EXPECT_EQ(image.colorspace(), 3);
  EXPECT_EQ(image.encoded_image_string(), std::string(png.begin(), png.end()));
}

TEST(EventWriter, ShowsEventsAfterFlush) {
  TemporaryFolder folder;
  EventWriter writer(folder.path());
  writer.scalar("loss", 1, 0, 1);
  EXPECT_EQ(events_of(files_in(folder.path())[0]).size(), 1u);
  writer.flush();
  EXPECT_EQ(events_of(files_in(folder.path())[0]).size(), 2u);
}

TEST(EventWriter, ResumedRunTellsTensorBoardWhereItGoesOn) {
  TemporaryFolder folder;
  EventWriter(folder.path()).scalar("loss", 9, 0, 1);
  EventWriter(folder.path(), 5).scalar("loss", 6, 0, 1);
  const auto files = files_in(folder.path());
  ASSERT_EQ(files.size(), 2u) << "each process has a file of its own, even within a second";
  const auto events = events_of(files[1]);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].session_log().status(), tensorboard::SessionLog::START);
  EXPECT_EQ(events[1].step(), 6);
}

}  // namespace
}  // namespace ganymede::train
