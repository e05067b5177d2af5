#include "ganymede/exchange/hdf5_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"

namespace ganymede::exchange {
namespace {

using View = std::span<const std::uint8_t>;

constexpr int kDeepestGroup = 16;
constexpr std::size_t kMaxObjects = 100'000;
constexpr std::uint64_t kMaxSteps = 20'000'000;  // entries walked over: a file may lead in circles
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr const char* kFresh = "take a fresh copy of the file";
constexpr const char* kSaveAnew = "save the model anew";
// Kinds of messages.
constexpr int kSpaceMessage = 1, kLinkInfoMessage = 2, kTypeMessage = 3, kLinkMessage = 6, kExternalMessage = 7,
              kLayoutMessage = 8, kAttributeMessage = 12, kContinuationMessage = 16, kSymbolsMessage = 17;

[[noreturn]] void refuse(const std::string& where, const std::string& what = "the HDF5 file is damaged or cut short",
                         const char* hint = kFresh) {
  throw Error(what, printable(where), hint);
}

/// Reads little-endian numbers one after the other; refuses to read beyond the end.
class Cursor {
 public:
  Cursor(View bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  View take(std::uint64_t count) {
    if (count > bytes_.size()) refuse(where_);
    const View out = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return out;
  }
  std::uint64_t number(int size) {
    std::uint64_t out = 0;
    const View taken = take(static_cast<std::uint64_t>(size));
    for (int i = size; i-- > 0;) out = out << 8 | taken[static_cast<std::size_t>(i)];
    return out;
  }
  std::uint64_t u8() { return number(1); }
  std::uint64_t u16() { return number(2); }
  std::uint64_t u32() { return number(4); }
  std::uint64_t u64() { return number(8); }
  void expect(std::string_view magic) {
    const View found = take(magic.size());
    if (!std::equal(found.begin(), found.end(), magic.begin(), [](std::uint8_t a, char b) { return char(a) == b; })) {
      refuse(where_);
    }
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  View bytes_;
  const std::string& where_;
};

struct Message {
  int kind = 0;
  bool shared = false;  ///< its content lies elsewhere
  View bytes = {};
};

/// What a datatype message says, as far as it is floats or texts.
struct Type {
  enum class Kind { kFloat, kText, kLongText, kOther } kind = Kind::kOther;
  std::uint64_t size = 0;      ///< bytes of one
  std::uint64_t exponent = 0;  ///< bits of a float's exponent
};

Type type_of(View bytes, const std::string& where) {
  constexpr std::uint64_t kFloatClass = 1, kTextClass = 3, kVariableClass = 9, kClass = 15, kBigEndian = 0x41;
  Cursor in(bytes, where);
  const auto kind = in.u8() & kClass;
  const auto bits = in.number(3);
  Type out{Type::Kind::kOther, in.u32(), 0};
  if (kind == kTextClass) out.kind = Type::Kind::kText;
  if (kind == kVariableClass && (bits & kClass) == 1) out.kind = Type::Kind::kLongText;
  if (kind == kFloatClass && (bits & kBigEndian) == 0) {
    const auto offset = in.u16(), precision = in.u16();
    in.u8();
    out.exponent = in.u8();
    in.u8();
    const auto mantissa = in.u8();
    const bool whole = offset == 0 && precision == 8 * out.size && 1 + out.exponent + mantissa == precision;
    if (whole) out.kind = Type::Kind::kFloat;
  }
  return out;
}

std::vector<std::int64_t> sides_of(View bytes, const std::string& where) {
  constexpr std::uint64_t kNull = 2, kMaxRank = 8, kMaxSide = std::uint64_t{1} << 40;
  Cursor in(bytes, where);
  const auto version = in.u8(), rank = in.u8();
  in.u8();
  const auto kind = in.u8();
  if (version == 1) in.u32();
  if ((version != 1 && version != 2) || rank > kMaxRank) refuse(where, "its shape is damaged");
  if (version == 2 && kind == kNull) return {0};
  std::vector<std::int64_t> out;
  for (std::uint64_t i = 0; i < rank; ++i) {
    const auto side = in.u64();
    if (side > kMaxSide) refuse(where, "its shape is damaged");
    out.push_back(static_cast<std::int64_t>(side));
  }
  return out;
}

/// How many, where `most` at the most can be.
std::uint64_t count_of(const std::vector<std::int64_t>& sides, std::uint64_t most, const std::string& where) {
  std::uint64_t out = 1;
  if (std::find(sides.begin(), sides.end(), 0) != sides.end()) return 0;
  for (const auto side : sides) {
    if (static_cast<std::uint64_t>(side) > most / out) refuse(where, "it tells of more than the file can hold");
    out *= static_cast<std::uint64_t>(side);
  }
  return out;
}

float half(std::uint64_t bits) {
  constexpr int kMantissa = 10, kBias = 15, kInfinite = 31;
  const auto exponent = static_cast<int>(bits >> kMantissa & kInfinite);
  const auto mantissa = static_cast<float>(bits & ((1U << kMantissa) - 1)) / (1 << kMantissa);
  float out = exponent == 0 ? std::ldexp(mantissa, 1 - kBias) : std::ldexp(1 + mantissa, exponent - kBias);
  if (exponent == kInfinite) out = mantissa == 0 ? INFINITY : NAN;
  return bits >> (kMantissa + 5) != 0 ? -out : out;
}

float as_float(const Type& type, std::uint64_t bits) {
  constexpr std::uint64_t kHalf = 5;
  if (type.size == 8) return static_cast<float>(std::bit_cast<double>(bits));
  if (type.size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return type.exponent == kHalf ? half(bits) : std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16));
}

bool readable(const Type& type) {
  const std::map<std::uint64_t, std::vector<std::uint64_t>> exponents{{2, {5, 8}}, {4, {8}}, {8, {11}}};
  const auto known = exponents.find(type.size);
  return type.kind == Type::Kind::kFloat && known != exponents.end() &&
         std::find(known->second.begin(), known->second.end(), type.exponent) != known->second.end();
}

struct Attribute {
  std::string name;
  Type type;
  std::vector<std::int64_t> sides;
  View data;
};

}  // namespace

struct Hdf5File::Opened {
  Opened(View all, std::string name) : bytes(all), where(std::move(name)) {}

  View bytes;
  std::string where;
  std::vector<std::string> datasets = {};
  std::map<std::string, std::uint64_t> places = {}, groups = {};  ///< of objects' headers

  /// Superblocks 0 and 1 at the file's start: sizes of 8 bytes, the end, the root group.
  void open() {
    Cursor in(bytes, where);
    in.expect("\x89HDF\r\n\x1a\n");
    const auto version = in.u8();
    if (version > 1) refuse(where, "its HDF5 is of a newer layout than Keras writes", kSaveAnew);
    in.number(4);
    if (in.u8() != 8 || in.u8() != 8) refuse(where, "its HDF5 has addresses that are not of 8 bytes", kSaveAnew);
    in.take(version == 0 ? 9 : 13);
    if (in.u64() != 0) refuse(where);
    in.u64();
    const auto end = in.u64();
    in.take(16);  // the driver, and the root's name
    if (end > bytes.size()) refuse(where, "the HDF5 file is cut short");
    groups[""] = in.u64();
    list(groups[""], "", 0);
  }

  /// The first message of a kind, if there is one.
  std::optional<View> message(std::uint64_t address, int kind) {
    std::optional<View> out;
    for (const auto& one : messages(address)) {
      if (one.kind != kind || out) continue;
      if (one.shared) refuse(where, "its HDF5 has shared types, which Keras does not write", kSaveAnew);
      out = one.bytes;
    }
    return out;
  }

  std::optional<Attribute> attribute(std::uint64_t address, const std::string& name) {
    for (const auto& one : messages(address)) {
      if (one.kind != kAttributeMessage || one.shared) continue;
      if (auto found = attribute_of(one.bytes); found.name == name) return found;
    }
    return std::nullopt;
  }

  /// The text that a place in an attribute leads to: its length, and an object in a global heap.
  std::string long_text(Cursor& in) {
    const auto length = in.u32(), address = in.u64(), index = in.u32();
    if (length == 0) return {};
    Cursor heap = at(address);
    heap.expect("GCOL");
    heap.u32();
    const auto size = heap.u64();
    constexpr std::uint64_t kHead = 16;
    if (size < kHead) refuse(where);
    Cursor objects(heap.take(size - kHead), where);
    while (objects.left() >= kHead) {
      step();
      const auto found = objects.u16();
      objects.take(6);
      const auto bytes_of_it = objects.u64();
      if (found == 0) break;
      const View content = objects.take(bytes_of_it);
      if (found == index) {
        if (length > content.size()) break;
        count_read(length);
        return {content.begin(), content.begin() + static_cast<std::ptrdiff_t>(length)};
      }
      objects.take(std::min<std::uint64_t>((8 - bytes_of_it % 8) % 8, objects.left()));
    }
    refuse(where);
  }

  /// A sound file leads to its bytes once, and some names are asked for twice; a false one to the same again and again.
  void count_read(std::uint64_t more) {
    constexpr std::uint64_t kTimes = 3;
    if (more > kTimes * bytes.size() - read_) refuse(where, "it tells of more than the file can hold");
    read_ += more;
  }

  Cursor at(std::uint64_t address) const {
    if (address >= bytes.size()) refuse(where);
    return {bytes.subspan(address), where};
  }

 private:
  void step() {
    if (++steps_ > kMaxSteps) refuse(where, "the HDF5 file leads in circles");
  }

  std::vector<Message> messages(std::uint64_t address) {
    Cursor in = at(address);
    if (in.u8() != 1) refuse(where, "its HDF5 is of a newer layout than Keras writes, or damaged", kSaveAnew);
    in.u8();
    const auto count = in.u16();
    in.u32();
    const auto size = in.u32();
    in.u32();
    std::vector<Message> out;
    std::vector<View> blocks{in.take(size)};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      Cursor block(blocks[i], where);
      constexpr std::size_t kHead = 8;
      while (out.size() < count && block.left() >= kHead) {
        step();
        Message one{static_cast<int>(block.u16())};
        const auto length = block.u16();
        constexpr std::uint64_t kShared = 2;
        one.shared = (block.u8() & kShared) != 0;
        block.number(3);
        one.bytes = block.take(length);
        out.push_back(one);
        if (one.kind != kContinuationMessage) continue;
        Cursor more(one.bytes, where);
        const auto place = more.u64(), bytes_there = more.u64();
        blocks.push_back(at(place).take(bytes_there));
      }
    }
    return out;
  }

  Attribute attribute_of(View message_bytes) {
    Cursor in(message_bytes, where);
    const auto version = in.u8();
    in.u8();
    const auto name = in.u16(), type = in.u16(), space = in.u16();
    if (version < 1 || version > 3) refuse(where);
    if (version == 3) in.u8();
    // Only the first version fills each part up to eight bytes.
    const auto part = [&](std::uint64_t size) {
      const View out = in.take(size);
      if (version == 1) in.take((8 - size % 8) % 8);
      return out;
    };
    const View text = part(name), type_bytes = part(type), space_bytes = part(space);
    Attribute out{{text.begin(), std::find(text.begin(), text.end(), 0)}, {}, {}, {}};
    out.type = type_of(type_bytes, where);
    out.sides = sides_of(space_bytes, where);
    out.data = in.take(in.left());
    return out;
  }

  void list(std::uint64_t address, const std::string& prefix, int depth) {
    if (depth > kDeepestGroup) refuse(where, "its groups are nested too deeply");
    const auto symbols = message(address, kSymbolsMessage);
    if (!symbols) refuse(where, "its HDF5 is of a newer layout than Keras writes, or damaged", kSaveAnew);
    Cursor in(*symbols, where);
    const auto tree = in.u64();
    Cursor heap = at(in.u64());
    heap.expect("HEAP");
    heap.u32();
    const auto size = heap.u64();
    heap.u64();
    const View names = at(heap.u64()).take(size);
    list_tree(tree, std::nullopt, [&](std::uint64_t name, std::uint64_t object) {
      if (name >= names.size()) refuse(where);
      const View from = names.subspan(name);
      add(object, prefix + std::string(from.begin(), std::find(from.begin(), from.end(), 0)), depth);
    });
  }

  template <class Visit>
  void list_tree(std::uint64_t address, std::optional<std::uint64_t> expected_level, const Visit& visit) {
    Cursor in = at(address);
    in.expect("TREE");
    if (in.u8() != 0) refuse(where);
    const auto level = in.u8();
    if (expected_level && level != *expected_level) refuse(where);
    const auto entries = in.u16();
    in.take(16);  // its neighbours
    for (std::uint64_t i = 0; i < entries; ++i) {
      step();
      in.u64();
      const auto child = in.u64();
      if (level > 0) {
        list_tree(child, level - 1, visit);
      } else {
        list_symbols(child, visit);
      }
    }
  }

  template <class Visit>
  void list_symbols(std::uint64_t address, const Visit& visit) {
    Cursor in = at(address);
    in.expect("SNOD");
    in.u16();
    const auto count = in.u16();
    for (std::uint64_t i = 0; i < count; ++i) {
      step();
      const auto name = in.u64(), object = in.u64(), kind = in.u32();
      in.take(20);
      constexpr std::uint64_t kSoftLink = 2;
      if (kind != kSoftLink && object != kNowhere) visit(name, object);
    }
  }

  void add(std::uint64_t object, const std::string& path, int depth) {
    if (places.size() + groups.size() > kMaxObjects) refuse(where, "it holds too many objects");
    bool group = false, dataset = false;
    for (const auto& one : messages(object)) {
      group = group || one.kind == kSymbolsMessage || one.kind == kLinkInfoMessage || one.kind == kLinkMessage;
      dataset = dataset || one.kind == kLayoutMessage;
    }
    if (group && groups.emplace(path, object).second) list(object, path + "/", depth + 1);
    if (dataset && places.emplace(path, object).second) datasets.push_back(path);
  }

  std::uint64_t steps_ = 0, read_ = 0;
};

Hdf5File::Hdf5File(View bytes, std::string where) : opened_(std::make_unique<Opened>(bytes, std::move(where))) {
  opened_->open();
}
Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;

const std::vector<std::string>& Hdf5File::datasets() const {
  return opened_->datasets;
}

bool Hdf5File::has(const std::string& dataset) const {
  return opened_->places.contains(dataset);
}

std::vector<std::string> Hdf5File::texts(const std::string& group, const std::string& attribute) const {
  const auto place = opened_->groups.find(group);
  if (place == opened_->groups.end()) return {};
  const auto found = opened_->attribute(place->second, attribute);
  // An empty list is one of numbers.
  if (!found || (found->type.kind != Type::Kind::kText && found->type.kind != Type::Kind::kLongText)) return {};
  const bool lengthy = found->type.kind == Type::Kind::kLongText;
  constexpr std::uint64_t kPlace = 16;
  const auto size = lengthy ? kPlace : found->type.size;
  if (size == 0) return {};
  const auto count = count_of(found->sides, found->data.size() / size, opened_->where);
  Cursor in(found->data, opened_->where);
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (lengthy) {
      out.push_back(opened_->long_text(in));
    } else {
      const View text = in.take(size);
      out.emplace_back(text.begin(), std::find(text.begin(), text.end(), 0));
    }
  }
  return out;
}

Hdf5Numbers Hdf5File::numbers(const std::string& dataset) const {
  const std::string where = opened_->where + ", " + dataset;
  const auto place = opened_->places.find(dataset);
  if (place == opened_->places.end()) refuse(where, "its numbers are missing");
  const auto space = opened_->message(place->second, kSpaceMessage),
             type = opened_->message(place->second, kTypeMessage),
             layout = opened_->message(place->second, kLayoutMessage);
  if (!space || !type || !layout) refuse(where, "it is damaged");
  if (opened_->message(place->second, kExternalMessage)) refuse(where, "its numbers lie in another file", kSaveAnew);
  const Type kind = type_of(*type, where);
  if (!readable(kind)) refuse(where, "it holds no floating-point numbers that Keras writes", kSaveAnew);
  Hdf5Numbers out{sides_of(*space, where), {}};
  const auto count = count_of(out.sides, opened_->bytes.size() / kind.size, where);
  if (count == 0) return out;
  opened_->count_read(count * kind.size);
  Cursor in(*layout, where);
  const auto version = in.u8(), storage = in.u8();
  constexpr std::uint64_t kVersion = 3, kCompact = 0, kContiguous = 1;
  if (version != kVersion || (storage != kCompact && storage != kContiguous)) {
    refuse(where, "its numbers are packed or lie in pieces, as Keras's do not", kSaveAnew);
  }
  const auto address = storage == kContiguous ? in.u64() : 0;
  if (storage == kContiguous && address == kNowhere) refuse(where, "its numbers were never written", kSaveAnew);
  if (storage == kCompact) in.u16();
  Cursor data = storage == kCompact ? in : opened_->at(address);
  out.values.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) out.values.push_back(as_float(kind, data.number(int(kind.size))));
  return out;
}

}  // namespace ganymede::exchange
