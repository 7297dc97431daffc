// fmt's implementation, compiled once. LibTorch ships fmt's headers, which shadow any other version. Compiled into each
// file, they would be a third of its compile time.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE

template FMT_API auto detail::dragonbox::to_decimal(float) -> dragonbox::decimal_fp<float>;
template FMT_API auto detail::dragonbox::to_decimal(double) -> dragonbox::decimal_fp<double>;
template FMT_API auto detail::thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto detail::decimal_point_impl(locale_ref) -> char;
template FMT_API void detail::buffer<char>::append(const char*, const char*);

FMT_END_NAMESPACE
