#include "reszoo/nn/shortcut_kind.h"

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<ShortcutKind> kShortcuts[] = {
    {"identity", ShortcutKind::identity},
    {"zero_pad", ShortcutKind::zero_pad},
    {"projection", ShortcutKind::projection},
    {"average_projection", ShortcutKind::average_projection},
};

}  // namespace

ShortcutKind parse_shortcut(std::string_view text) { return parse_name("shortcut", kShortcuts, text); }

std::string text_of(ShortcutKind kind) { return name_of(kShortcuts, kind); }

}  // namespace reszoo
