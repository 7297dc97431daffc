#include "reszoo/nn/layout.h"

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

struct LayoutRow {
  std::string_view name;
  Layout value;
  int64_t rank;
  std::string_view positions;  // the dimensions after N and C
};

constexpr LayoutRow kLayouts[] = {
    {"features", Layout::features, 2, ""},
    {"sequences", Layout::sequences, 3, ", L"},
    {"images", Layout::images, 4, ", H, W"},
};

}  // namespace

std::string text_of(Layout layout) { return name_of(kLayouts, layout); }

int64_t rank_of(Layout layout) { return row_of(kLayouts, layout).rank; }

std::string shape_text(Layout layout, const std::string& channels) {
  return fmt::format("(N, {}{})", channels, row_of(kLayouts, layout).positions);
}

}  // namespace reszoo
