#include "reszoo/weights/load.h"

#include <fstream>

#include "reszoo/base/error.h"
#include "reszoo/nn/network.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/torchscript.h"

namespace reszoo {
namespace {

/// What the report must know of a Network; "" for any other module.
struct Places {
  std::string ignored_prefix;  // of a head that is not there
  std::string classifier;      // of the layer that may be renewed
};

Places places_of(torch::nn::Module& module, const LoadOptions& options) {
  Places places;
  if (const auto* network = module.as<NetworkImpl>()) {
    if (!network->has_head()) places.ignored_prefix = network->head_path() + ".";
    if (options.adapt) places.classifier = network->classifier_path() + ".";
  }
  return places;
}

bool begins_with(const std::string& key, const std::string& prefix) { return !prefix.empty() && key.starts_with(prefix); }

KeyReport compare(const State& ours, const State& theirs, const Places& places) {
  KeyReport report;
  for (const auto& item : ours) {
    const auto* found = theirs.find(item.key());
    if (!found) report.missing.push_back(item.key());
    else if (found->sizes() == item.value().sizes()) report.loaded.push_back(item.key());
    else if (begins_with(item.key(), places.classifier)) report.adapted.push_back(item.key());
    else report.mismatched.push_back({item.key(), item.value().sizes().vec(), found->sizes().vec()});
  }
  for (const auto& item : theirs) {
    if (ours.contains(item.key())) continue;
    (begins_with(item.key(), places.ignored_prefix) ? report.ignored : report.unexpected).push_back(item.key());
  }
  return report;
}

}  // namespace

KeyReport load_state(torch::nn::Module& module, const State& state, const LoadOptions& options, const std::string& source) {
  auto ours = state_of(module);
  auto report = compare(ours, state, places_of(module, options));
  if (options.strict && !report.complete()) fail(ErrorKind::file, "{}: does not fit: {}", source, report.text());
  torch::NoGradGuard no_grad;
  for (const auto& key : report.loaded) ours[key].copy_(state[key]);
  return report;
}

WeightsKind detect_weights(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) fail(ErrorKind::file, "{}: no such file", path.string());
  if (std::filesystem::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(ErrorKind::file, "{}: cannot read: {}", path.string(), std::strerror(errno));
  std::string start(1 << 16, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(file.gcount()));
  if (start.size() > 8 && start[8] == '{' && start[7] == 0) return WeightsKind::safetensors;
  // A legacy torch.save begins with a pickle of its magic number.
  if (start.starts_with("\x80\x02")) return WeightsKind::pth;
  if (start.starts_with("PK")) {
    // Both are zip files: torch.save begins with data.pkl too, but has no code
    // and no constants. The directory of names stands at the end.
    file.clear();
    file.seekg(0, std::ios::end);
    const auto size = static_cast<int64_t>(file.tellg());
    file.seekg(std::max<int64_t>(0, size - (1 << 20)));
    std::string end((std::istreambuf_iterator<char>(file)), {});
    return end.find("constants.pkl") != std::string::npos ? WeightsKind::torchscript : WeightsKind::pth;
  }
  return WeightsKind::unknown;
}

State read_weights(const std::filesystem::path& path, const LoadOptions& options) {
  switch (detect_weights(path)) {
    case WeightsKind::torchscript: return read_torchscript(path);
    case WeightsKind::pth:
      fail(ErrorKind::file, "{}: a .pth of torch.save is not read yet; save it as .safetensors or TorchScript", path.string());
    case WeightsKind::unknown:
      fail(ErrorKind::file, "{}: neither safetensors nor TorchScript", path.string());
    case WeightsKind::safetensors: break;
  }
  auto file = read_safetensors(path);
  if (!is_model_file(file)) return std::move(file.tensors);
  State weights;
  const auto model = parse_model_file(std::move(file), path.string(), options.verify);
  for (const auto& item : model.tensors)
    if (!item.key().starts_with(kPreprocessPrefix)) weights.insert(item.key(), item.value());
  return weights;
}

KeyReport load_weights(torch::nn::Module& module, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(module, read_weights(path, options), options, path.string());
}

}  // namespace reszoo
