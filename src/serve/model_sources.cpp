#include <algorithm>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/serve/model_server.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

using IsKnown = std::function<bool(const std::string& path)>;

constexpr std::string_view kModelEndings[] = {".safetensors", ".pth", ".pt", ".pt2", ".bin", ".ckpt"};

bool is_model_name(const fs::path& path) {
  return std::find(std::begin(kModelEndings), std::end(kModelEndings), path.extension().string()) !=
         std::end(kModelEndings);
}

/// Returns the file's own name, or for model.safetensors that of the folder which names it.
std::string name_for(const fs::path& path) {
  auto named = fs::absolute(path).lexically_normal();
  auto name = named.stem().string();
  while (name == "model" && named.has_parent_path() && named.parent_path() != named.root_path()) {
    named = named.parent_path();
    name = named.filename().string();
  }
  return name;
}

/// Returns the model files of a folder, and the model.safetensors of the folders in it.
std::vector<ModelSource> models_in(const fs::path& folder) {
  std::vector<ModelSource> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto inner = entry.path() / "model.safetensors";
    if (entry.is_directory() && fs::exists(inner)) found.push_back({entry.path().filename().string(), inner});
    else if (entry.is_directory() && fs::exists(entry.path() / "model" / "model.safetensors"))
      found.push_back({entry.path().filename().string(), entry.path() / "model" / "model.safetensors"});
    else if (entry.is_regular_file() && is_model_name(entry.path()))
      found.push_back({name_for(entry.path()), entry.path()});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  if (found.empty()) fail(ErrorKind::usage, "{}: the folder has no model files", folder.string());
  return found;
}

std::vector<ModelSource> sources_of(const std::string& text, const IsKnown& is_known) {
  const auto equals = text.find('=');
  const bool plain = fs::exists(text) || is_url(text) || (is_known && is_known(text));
  const bool named = equals != std::string::npos && !plain;
  const fs::path path = named ? text.substr(equals + 1) : text;
  const auto name = named ? text.substr(0, equals) : "";
  if (is_url(path)) return {{named ? name : plain_url(path).stem().string(), plain_url(path)}};
  if (is_known && is_known(path)) return {{named ? name : path.filename().string(), path}};
  if (!fs::exists(path)) fail(ErrorKind::file, "{}: does not exist", path.string());
  if (named) return {{name, path}};
  if (fs::is_directory(path)) return models_in(path);
  return {{name_for(path), path}};
}

}  // namespace

std::vector<ModelSource> model_sources(const std::vector<std::string>& texts, const IsKnown& is_known) {
  std::vector<ModelSource> all;
  std::set<std::string> names;
  for (const auto& text : texts)
    for (auto& source : sources_of(text, is_known)) {
      if (source.name.empty() || source.name.find('/') != std::string::npos)
        fail(ErrorKind::usage, "weights: \"{}\" cannot be the name of a model, in {}", source.name, text);
      if (!names.insert(source.name).second)
        fail(ErrorKind::usage, "weights: two models are called {}; name them: name=path", source.name);
      all.push_back(std::move(source));
    }
  return all;
}

}  // namespace reszoo
