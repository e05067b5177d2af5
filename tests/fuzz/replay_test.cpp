// Every target reads its seeds, its kept corpus and what once broke it. tests/fuzz/corpus/TARGET.tar.gz and
// tests/fuzz/found/TARGET/ hold those; no run of libFuzzer is needed for them.
#include "fuzz/targets.h"
#include "ganymede/core/random.h"
#include "ganymede/data/archive.h"
#include "support/support.h"

namespace ganymede::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = "tests/fuzz";  // tests run in the project's folder

class Replay : public testing::TestWithParam<Target> {
 protected:
  const Target& target() const { return GetParam(); }
};

TEST_P(Replay, ReadsItsSeeds) {
  const auto seeds = target().seeds();
  ASSERT_FALSE(seeds.empty());
  for (std::size_t i = 0; i < seeds.size(); ++i) EXPECT_TRUE(survives(target(), seeds[i])) << "seed " << i;
}

TEST_P(Replay, SurvivesWhatWasFoundAndKept) {
  if (fs::is_directory(kFolder / "found" / target().name)) {
    for (const auto& entry : fs::directory_iterator(kFolder / "found" / target().name)) {
      SCOPED_TRACE(entry.path().string());
      survives(target(), read_file(entry.path()));
    }
  }
  const fs::path corpus = kFolder / "corpus" / (target().name + ".tar.gz");
  if (!fs::exists(corpus)) return;
  const auto all = [](const std::string&) { return true; };
  data::walk_archive(corpus, data::Wanted(all), [&](const std::string&, const Bytes& bytes) {
    survives(target(), bytes);
    return true;
  });
}

TEST_P(Replay, SurvivesCutAndChangedSeeds) {
  Random random(17);
  for (const auto& seed : target().seeds()) {
    for (int round = 0; round < 40; ++round) {
      Bytes changed = seed;
      if (round % 4 == 0) changed.resize(random.below(changed.size() + 1));
      for (std::uint64_t flips = random.below(4); flips > 0 && !changed.empty(); --flips) {
        changed[random.below(changed.size())] = static_cast<std::uint8_t>(random.next());
      }
      survives(target(), changed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Replay, testing::ValuesIn(targets()), [](const auto& one) {
  std::string name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace ganymede::fuzz
