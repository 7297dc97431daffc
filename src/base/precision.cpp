#include "reszoo/base/precision.h"

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

// The first row of a value is its name, the others are aliases.
constexpr Named<Precision> kPrecisions[] = {{"automatic", Precision::automatic}, {"best", Precision::automatic},
                                            {"float32", Precision::float32},     {"float16", Precision::float16},
                                            {"fp16", Precision::float16},        {"bfloat16", Precision::bfloat16},
                                            {"bf16", Precision::bfloat16},       {"int8", Precision::int8}};

}  // namespace

Precision parse_precision(std::string_view text) { return parse_name("precision", kPrecisions, text); }

std::string text_of(Precision precision) { return name_of(kPrecisions, precision); }

}  // namespace reszoo
