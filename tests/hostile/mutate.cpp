#include "mutate.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace reszoo::test {
namespace {

/// Returns a block of the bytes; short blocks are more likely.
std::pair<size_t, size_t> block(const std::string& bytes, Random& random) {
  const size_t begin = random.below(bytes.size());
  const size_t most = random.below(4) == 0 ? bytes.size() - begin : std::min<size_t>(64, bytes.size() - begin);
  return {begin, 1 + random.below(most)};
}

void flip_bits(std::string& bytes, Random& random) {
  for (size_t i = 1 + random.below(8); i > 0; --i) {
    char& byte = bytes[random.below(bytes.size())];
    byte = static_cast<char>(byte ^ (1 << random.below(8)));
  }
}

/// Writes sizes and counts at the limits of their types.
void write_number(std::string& bytes, Random& random) {
  constexpr std::array<uint64_t, 12> numbers = {
      0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
  const uint64_t number =
      random.below(3) == 0 ? random.bits() >> random.below(64) : numbers[random.below(numbers.size())];
  const size_t width = size_t{1} << random.below(4);
  if (bytes.size() < width) return;
  std::memcpy(bytes.data() + random.below(bytes.size() - width + 1), &number, width);
}

void damage_once(std::string& bytes, Random& random) {
  const auto [begin, size] = block(bytes, random);
  const auto place = random.below(bytes.size());
  const auto copy = bytes.substr(begin, size);
  switch (random.below(9)) {
    case 0: bytes.resize(place); break;
    case 1:
    case 2: flip_bits(bytes, random); break;
    case 3: std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), size, '\0'); break;
    case 4:
      std::generate_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), size,
                      [&] { return static_cast<char>(random.bits()); });
      break;
    case 5: bytes.replace(place, std::min(copy.size(), bytes.size() - place), copy); break;  // splice
    case 6: bytes.insert(place, copy); break;
    case 7: bytes.erase(begin, size); break;
    default: write_number(bytes, random);
  }
}

std::string repeated(std::string_view text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

/// Returns opcodes of a malicious pickle.
std::string opcodes(Random& random) {
  constexpr std::array<std::string_view, 14> globals = {"cposix\nsystem\n",
                                                        "cbuiltins\neval\n",
                                                        "c__builtin__\ngetattr\n",
                                                        "cos\nsystem\n(X\x02\x00\x00\x00lstR",
                                                        "\x8c\x05posix\x8c\x06system\x93",
                                                        "csubprocess\nPopen\n)R",
                                                        "ctorch._utils\n_rebuild_sparse_tensor\n)R",
                                                        "ctorch._utils\n_rebuild_tensor_v2\n)R",
                                                        "ccollections\nOrderedDict\n)R",
                                                        "ctorch\nFloatStorage\n)\x81",
                                                        "c__torch__\nModule\n)\x81",
                                                        "ctorch._utils\n_rebuild_parameter\n)R",
                                                        "cargparse\nNamespace\n)\x81}b",
                                                        "c\n\n"};
  constexpr std::array<std::string_view, 12> deep = {"(", ")\x85", "]",  "}",   "2\x86", "(l",
                                                     ")", "2",     "N0", "]2a", "}2b",   "(2t"};
  const size_t times = size_t{1} << random.below(random.below(50) == 0 ? 17 : 9);
  switch (random.below(6)) {
    case 0: return std::string(globals[random.below(globals.size())]);
    case 1: return repeated(deep[random.below(deep.size())], times);
    case 2: return repeated(std::string("h") + static_cast<char>(random.below(64)), times);
    case 3: return std::string(1, static_cast<char>(random.bits()));
    case 4: return std::string("X\xff\xff\xff\x7f").substr(0, 1 + random.below(5));
    default: return std::string("\x8e\xff\xff\xff\xff\xff\xff\xff\x7f") + std::string(random.below(8), 'x');
  }
}

}  // namespace

std::string damage(std::string bytes, Random& random) {
  for (size_t i = 1 + random.below(3); i > 0 && !bytes.empty(); --i) damage_once(bytes, random);
  return bytes;
}

std::string damage_pickle(std::string pickle, Random& random) {
  if (random.below(2) == 0) return damage(std::move(pickle), random);
  for (size_t i = 1 + random.below(2); i > 0; --i) {
    const auto part = opcodes(random);
    const auto place = random.below(pickle.size() + 1);
    if (random.below(2) == 0) pickle.insert(place, part);
    else pickle.replace(place, std::min(part.size(), pickle.size() - place), part);
  }
  return pickle;
}

std::string damage_header(const std::string& file, Random& random) {
  uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  const auto data = file.substr(sizeof length + length);
  const auto header = damage(file.substr(sizeof length, length), random);
  length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

}  // namespace reszoo::test
