/// Serves models over HTTP.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/serve/served_model.h"

namespace reszoo {

/// A model file and the name under which it is served.
struct ModelSource {
  std::string name;
  std::filesystem::path path;  ///< or what else `ServedModelOptions::load` knows
};

/// Returns the models that texts name: `name=path`, a path, or a folder of model files. Without a name, a file is
/// called as it is without its ending; `model.safetensors` as the folder that it is in. A path may be a URL, which is
/// fetched once (see `local_file`), or something else that `is_known` knows and the loader opens; it is called as its
/// last part. Throws: Error (usage) for two models of a name, a name with a slash, a folder without models; Error
/// (file) for a path that does not exist.
std::vector<ModelSource> model_sources(const std::vector<std::string>& texts,
                                       const std::function<bool(const std::string& path)>& is_known = {});

/// Options of a ModelServer.
struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8000;                            ///< 0: one that the system chooses
  ServedModelOptions models = {};             ///< of each model
  std::chrono::milliseconds timeout{30'000};  ///< how long a call may wait
  size_t max_request = size_t{64} << 20;      ///< bytes of a request's body
  size_t max_connections = 1024;              ///< clients beyond these wait
  std::string certificate = {}, key = {};     ///< PEM text; TLS if they are given
  std::string token = {};                     ///< if given, requests need `Authorization: Bearer <token>`
  bool watch = true;                          ///< load a model file again when it changes
  /// Is called with a line for each request, also from several threads.
  std::function<void(const std::string& line)> on_access = {};
};

/// A server with the routes of docs/serving.md: the Open Inference Protocol, `/predict`, a page, and metrics.
///
///     ModelServer server(model_sources({"runs/diamonds/model/model.safetensors"}), {.port = 8080});
///     std::cout << server.url() << "\n";   // and from now on it answers
///
/// All functions may be called from any thread.
class ModelServer {
 public:
  /// Loads the models and listens.
  /// Throws: as ServedModel does; Error (usage) for a port that is taken, a host without an address, or a certificate
  /// that cannot be used.
  explicit ModelServer(const std::vector<ModelSource>& models, ServerOptions options = {});
  /// Stops as `stop` does.
  ~ModelServer();
  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  /// Returns the address: http://127.0.0.1:8000.
  std::string url() const;
  int port() const;

  /// Loads all model files again, in a thread of the server. See ServedModel::refresh.
  void reload();

  /// Accepts no more connections, refuses further requests, and returns when those that have begun are answered, or
  /// after `patience`.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds(30'000));

  /// Returns the model with this name, or nullptr.
  ServedModel* find(const std::string& name);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reszoo
