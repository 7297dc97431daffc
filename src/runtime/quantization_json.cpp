#include "runtime/quantization_json.h"

#include <cmath>
#include <map>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {

using nlohmann::json;

json to_json(const Quantization& quantization) {
  json ranges = json::object();
  for (const auto& [name, range] : quantization.ranges) ranges[name] = {range.min, range.max};
  return {{"layers", quantization.layers}, {"ranges", ranges}};
}

Quantization quantization_from(const json& card, const std::string& source) {
  const auto object = json_field<json>(card, "quantization", source);
  Quantization quantization{.layers = json_field<std::vector<std::string>>(object, "layers", source)};
  for (const auto& [name, range] : json_field<std::map<std::string, std::vector<float>>>(object, "ranges", source)) {
    if (range.size() != 2 || !std::isfinite(range[0]) || !std::isfinite(range[1]) || range[0] > range[1])
      fail(ErrorKind::file, "{}: the range of {} must be two numbers, the lesser first, got {}", source, name,
           fmt::join(range, ", "));
    quantization.ranges[name] = {range[0], range[1]};
  }
  return quantization;
}

}  // namespace reszoo
