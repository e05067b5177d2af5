#include "ganymede/exchange/hdf5_file.h"

#include "data/fixtures.h"
#include "ganymede/data/archive.h"

namespace ganymede::exchange {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// A file that Keras wrote.
Bytes written(const std::string& wanted) {
  Bytes out;
  data::walk_archive("tests/parity/keras_files.zip", data::Wanted([&](const auto& name) { return name == wanted; }),
                     [&](const std::string&, Bytes bytes) {
                       out = std::move(bytes);
                       return false;
                     });
  return out;
}

TEST(Hdf5File, GivesTextsShapesAndNumbers) {
  const auto bytes = written("g.weights.h5");
  const Hdf5File file(bytes, "g.weights.h5");
  EXPECT_THAT(file.datasets(), Contains("layers/conv2d/vars/0"));
  EXPECT_TRUE(file.has("layers/dense/vars/0"));
  EXPECT_FALSE(file.has("layers/dense"));
  EXPECT_EQ(file.texts("layers/dense/vars", "name").size(), 1u);
  EXPECT_TRUE(file.texts("layers/dense/vars", "other").empty());
  EXPECT_TRUE(file.texts("nowhere", "name").empty());
  const auto kernel = file.numbers("layers/conv2d/vars/0");
  EXPECT_EQ(kernel.sides, (std::vector<std::int64_t>{3, 3, 5, 3}));
  ASSERT_EQ(kernel.values.size(), 135u);
  double squares = 0;
  for (const float value : kernel.values) squares += value * value;
  // Of a deviation of 1 / sqrt(3 x 3 x 5).
  EXPECT_NEAR(squares / 135, 1.0 / 45, 0.01);
}

TEST(Hdf5File, RefusesWhatIsCut) {
  const auto bytes = written("g.h5");
  for (std::size_t length = 0; length < bytes.size(); length += 997) {
    const auto cut = std::span(bytes).first(length);
    EXPECT_THAT(test::error_of([&] { Hdf5File(cut, "g.h5"); }), HasSubstr("cut short")) << length;
  }
}

TEST(Hdf5File, ReadsNothingThatIsNotInIt) {
  EXPECT_THAT(test::error_of([&] { Hdf5File(written("newer.h5"), "n.h5"); }), HasSubstr("newer layout"));
  const auto linked = written("link.h5"), huge = written("huge.h5");
  // A link to another file is of the newer layout, too.
  EXPECT_THAT(test::error_of([&] { Hdf5File(linked, "l.h5"); }), HasSubstr("newer layout"));
  const Hdf5File file(huge, "h.h5");
  const auto read_all = [&] {
    for (const auto& name : file.datasets()) file.numbers(name);
  };
  EXPECT_THAT(test::error_of(read_all), HasSubstr("more than the file can hold"));
}

}  // namespace
}  // namespace ganymede::exchange
