/// Networks by name.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/nn/network.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// One row of the registry.
struct ModelInfo {
  std::string name;
  Domain domain = Domain::image;
  std::string paper = {};               ///< author, year, arXiv
  std::string reference = {};           ///< the package whose keys and numbers it has
  std::vector<std::string> parts = {};  ///< what it is made of, but for depth and width
  std::vector<std::string> takes = {};  ///< names of the options it takes
  std::vector<int64_t> input = {};      ///< shape of a usual input without N
  std::function<Network(const ModelOptions&)> build = {};
};

/// A table of models. The library's own is `registry()`; a program may add rows.
class Registry {
 public:
  /// Throws: Error (usage) if the name is taken or the row has no builder.
  void add(ModelInfo info);

  /// Throws: Error (usage) for an unknown name, with the nearest known one.
  const ModelInfo& find(const std::string& name) const;

  /// Names in the order in which they were added; `pattern` may hold `*` and `?`.
  std::vector<std::string> names(std::string_view pattern = "*") const;

 private:
  std::vector<ModelInfo> rows_;
};

/// The rows of models/catalog.cpp, and those that this program added.
Registry& registry();

/// Builds a network.
///
///     auto net = reszoo::create_model("resnet50", reszoo::ImageOptions{.outputs = 10});
///
/// Throws: Error (usage) for an unknown name, options of the wrong domain, an
/// option that the row does not take, or a value that it cannot take.
Network create_model(const std::string& name, const std::optional<ModelOptions>& options = std::nullopt);

}  // namespace reszoo
