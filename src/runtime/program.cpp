#include "runtime/program.h"

namespace reszoo::detail {

std::string result_name(const FusedNode& node) {
  auto name = node.key;
  for (const auto& part : node.fused) name += "+" + part;
  return name;
}

std::string product_name(const FusedNode& node) {
  auto name = node.key;
  for (const auto& part : node.fused) {
    if (part == "add") break;
    name += "+" + part;
  }
  return name;
}

}  // namespace reszoo::detail
