#include "reszoo/weights/torchscript.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "archive.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "stored_tensors.h"

namespace reszoo {
namespace {

using Kind = PickleValue::Kind;

constexpr int kMostModuleDepth = 100;               // nested modules
constexpr size_t kMostModulesVisited = 1'000'000;   // modules and attributes; a shared one counts each time
constexpr size_t kMostScanned = size_t{256} << 20;  // bytes of code that are searched for classes
constexpr size_t kMostScriptTensors = 50'000;
constexpr size_t kMostScriptKey = 512;  // bytes

/// The names of a module's tensors, from the source code of its class.
struct ModuleClass {
  std::set<std::string_view> parameters;
  std::optional<std::set<std::string_view>> buffers;  // not available in files from before PyTorch 1.6
};

/// Returns the quoted names in `["weight", "bias", ]`.
std::set<std::string_view> quoted(std::string_view list) {
  std::set<std::string_view> names;
  for (size_t open = list.find('"'); open != std::string_view::npos; open = list.find('"', open)) {
    const auto close = list.find('"', open + 1);
    if (close == std::string_view::npos) break;
    names.insert(list.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return names;
}

/// Finds a class in a source file. Returns nothing if it is not a module.
std::optional<ModuleClass> find_class(std::string_view code, std::string_view name) {
  const auto head = fmt::format("class {}(Module):\n", name);
  const auto begin = code.starts_with(head) ? 0 : code.find("\n" + head);
  if (begin == std::string_view::npos) return std::nullopt;
  auto body = code.substr(begin + 1);
  body = body.substr(0, body.find("\nclass "));
  ModuleClass found;
  while (!body.empty()) {
    const auto line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.starts_with("  __parameters__ = [")) found.parameters = quoted(line);
    if (line.starts_with("  __buffers__ = [")) found.buffers = quoted(line);
  }
  return found;
}

/// Walks the tree of modules of a TorchScript file.
class ScriptReader {
 public:
  ScriptReader(const Bytes& bytes, const std::string& source, bool verify)
      : source_(source),
        archive_(bytes, source, verify),
        stream_(archive_.read("data.pkl")),
        pickle_(read_pickle(stream_.view(), source)),
        tensors_(pickle_, source, archive_.tensor_limit(),
                 [this](const StorageClaim& claim) { return archive_.read("data/" + std::string(claim.key)); }) {}

  StateDict read() {
    const auto* module = class_of(pickle_.root);
    if (!module) fail(ErrorKind::file, "{}: cannot be read as TorchScript: it holds no module", source_);
    collect(pickle_.root, *module, "", 0);
    if (state_.is_empty())
      fail(ErrorKind::file, "{}: {}holds no parameters; export the model unfrozen, or run it with ScriptModel", source_,
           attribute(pickle_.root, "training") ? "" : "is a frozen TorchScript file, which ");
    return std::move(state_);
  }

 private:
  using Pair = std::pair<std::string_view, PickleRef>;

  std::vector<Pair> attributes(PickleRef module) const {
    const auto state = pickle_[module].state;
    std::vector<Pair> found;
    if (state == kNoValue || pickle_[state].kind != Kind::dictionary) return found;
    const auto& items = pickle_[state].items;
    for (size_t i = 0; i + 1 < items.size(); i += 2) found.emplace_back(pickle_[items[i]].text, items[i + 1]);
    return found;
  }

  bool attribute(PickleRef module, std::string_view name) const {
    const auto all = attributes(module);
    return std::any_of(all.begin(), all.end(), [&](const Pair& pair) { return pair.first == name; });
  }

  /// Returns the class of a value, or nullptr if it is not a module.
  const ModuleClass* class_of(PickleRef value) {
    if (pickle_[value].kind != Kind::object) return nullptr;
    const auto name = pickle_[pickle_[value].callee].text;  // __torch__.package.file.Class
    const auto [found, is_new] = classes_.try_emplace(name);
    const auto dot = name.rfind('.');
    if (is_new && name.starts_with("__torch__.")) {
      std::string file = fmt::format("code/{}", name.substr(0, dot));
      std::replace(file.begin(), file.end(), '.', '/');
      file += ".py";
      if (archive_.has(file)) found->second = find_class(code(file), name.substr(dot + 1));
    }
    return found->second ? &*found->second : nullptr;
  }

  std::string_view code(const std::string& file) {
    auto found = code_.find(file);
    if (found == code_.end()) found = code_.emplace(file, archive_.read(file)).first;
    scanned_ += found->second.size();
    if (scanned_ > kMostScanned) fail(ErrorKind::file, "{}: has too much code for its modules", source_);
    return found->second.view();
  }

  void collect(PickleRef place, const ModuleClass& module, const std::string& prefix, int depth) {
    const auto all = attributes(place);
    visited_ += 1 + all.size();
    if (depth > kMostModuleDepth || visited_ > kMostModulesVisited)
      fail(ErrorKind::file, "{}: has too many modules inside each other", source_);
    for (const auto& [name, value] : all)
      if (module.parameters.contains(name)) add(prefix, name, value);
    for (const auto& [name, value] : all)
      if (module.buffers ? module.buffers->contains(name) : !module.parameters.contains(name)) add(prefix, name, value);
    for (const auto& [name, value] : all)
      if (const auto* child = class_of(value)) collect(value, *child, key_of(prefix, name) + ".", depth + 1);
  }

  void add(const std::string& prefix, std::string_view name, PickleRef value) {
    if (!tensors_.is_tensor(value)) return;  // such as a bias that is None
    const auto key = key_of(prefix, name);
    if (!is_utf8(key)) fail(ErrorKind::file, "{}: key \"{}\" is no UTF-8 text", source_, escaped(key));
    if (state_.contains(key)) fail(ErrorKind::file, "{}: key \"{}\" is there twice", source_, escaped(key));
    if (state_.size() == kMostScriptTensors)
      fail(ErrorKind::file, "{}: has more than {} tensors", source_, kMostScriptTensors);
    state_.insert(key, tensors_.make(value, key));
  }

  std::string key_of(const std::string& prefix, std::string_view name) const {
    if (prefix.size() + name.size() > kMostScriptKey)
      fail(ErrorKind::file, "{}: a key has more than {} bytes", source_, kMostScriptKey);
    return prefix + std::string(name);
  }

  const std::string& source_;
  Archive archive_;
  Bytes stream_;
  Pickle pickle_;
  StoredTensors tensors_;
  std::map<std::string, Bytes> code_;
  std::map<std::string_view, std::optional<ModuleClass>> classes_;
  size_t visited_ = 0, scanned_ = 0;
  StateDict state_{"key"};
};

void check_is_zip(const Bytes& bytes, const std::string& source) {
  if (!bytes.view().starts_with("PK\x03\x04"))
    fail(ErrorKind::file, "{}: cannot be read as TorchScript: it is no zip archive", source);
}

}  // namespace

StateDict read_torchscript(const Bytes& bytes, const std::string& source, const ReadOptions& options) {
  check_is_zip(bytes, source);
  return ScriptReader(bytes, source, options.verify).read();
}

StateDict read_torchscript(const std::filesystem::path& path, const ReadOptions& options) {
  return read_torchscript(Bytes::map(path), path.string(), options);
}

void check_torchscript(const std::filesystem::path& path) {
  const auto bytes = Bytes::map(path);
  check_is_zip(bytes, path.string());
  Zip zip(bytes, path.string(), /*verify=*/true);
  for (const auto& entry : zip.entries()) zip.read(entry);
}

}  // namespace reszoo
