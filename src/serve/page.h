/// The page for people. Private.
#pragma once
#include <string_view>

namespace reszoo::detail {

/// Returns the page of GET /. It needs nothing but this server.
std::string_view page();

}  // namespace reszoo::detail
