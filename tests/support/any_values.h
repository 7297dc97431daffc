// Random numbers and texts of all kinds, from a seed.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace reszoo::test {

class AnyValues {
 public:
  explicit AnyValues(uint64_t seed) : random_(seed) {}

  /// Returns a number from 0 to below `end`.
  int64_t below(int64_t end) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(end)); }

  /// Returns a number of any size and sign: ordinary, denormal, huge, next to a round one, infinite or NaN.
  double number() {
    constexpr double inf = std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::max();
    constexpr double special[] = {0,    -0.0,     5e-324, 1e-320, 1e-300, 0.3,  0.1 + 0.2, 1,  1e9,
                                  1e15, 2e15 + 1, 1e16,   1e300,  1e308,  most, inf,       NAN};
    const double sign = below(2) == 0 ? 1 : -1;
    if (below(2) == 0) return sign * special[below(std::size(special))];
    const double some = static_cast<double>(below(1'000'000)) / 1e5;
    return sign * some * std::pow(10.0, static_cast<double>(below(640) - 330) * (below(2) == 0 ? 1 : 0.02));
  }

  /// Returns numbers that are alike: all of any size, equal, or a few units in the last place apart.
  std::vector<double> numbers(int64_t count) {
    std::vector<double> all;
    const auto kind = below(4);
    const double first = number();
    for (int64_t i = 0; i < count; ++i) {
      double value = kind == 0 ? number() : first;
      if (kind == 1)
        for (auto steps = below(4); steps > 0; --steps) value = std::nextafter(value, 1e308);
      if (kind == 2) value *= 1 + static_cast<double>(below(1000)) * 1e-12;
      all.push_back(value);
    }
    return all;
  }

  /// Returns text of any bytes and any length.
  std::string text() {
    const std::vector<std::string> kinds{
        "",         "price",    "<script>\"&'",      "Größe 漢字 🙂", "a\nb\tc", std::string("\0x", 2),
        "\x80\xff", "\xe2\x82", "price, USD # [x]=1"};
    auto text = kinds[static_cast<size_t>(below(std::ssize(kinds)))];
    if (below(8) == 0)
      for (int doubling = 0; doubling < 9; ++doubling) text += text;
    return text;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace reszoo::test
