/// What the server does at each route. Private.
#pragma once
#include <atomic>

#include "http_daemon.h"
#include "reszoo/serve/model_server.h"
#include "route.h"

namespace reszoo::detail {

using ServedModels = std::vector<std::unique_ptr<ServedModel>>;

/// Answers requests with the models.
class RouteHandlers {
 public:
  /// All arguments must outlive this object.
  RouteHandlers(const ServerOptions& options, const ServedModels& models, const ServeMetrics& metrics)
      : options_(options), models_(models), metrics_(metrics) {}

  /// Returns an answer for a request that is refused: no such route or model, wrong method, no token, or any request
  /// after `refuse_all`.
  std::optional<HttpAnswer> admit(const HttpRequest& request) const;

  /// Answers a request, now or later from a thread of the model. Does not throw.
  void handle(const std::shared_ptr<Exchange>& exchange) const;

  void refuse_all() { stopping_ = true; }

 private:
  HttpAnswer plain_answer(const Route& route, const HttpRequest& request) const;
  HttpAnswer server_metadata() const;
  HttpAnswer metrics_text() const;
  void predict(const std::shared_ptr<Exchange>& exchange) const;
  void infer(const std::shared_ptr<Exchange>& exchange, const Route& route) const;
  ServedModel& model_named(const std::string& name) const;
  ServedModel& model_asked(const HttpRequest& request) const;
  ServedModel& model_at(const Route& route) const;
  void check(const HttpRequest& request) const;
  template <typename Read, typename Answer>
  void submit(const std::shared_ptr<Exchange>& exchange, ServedModel& model, Read read, Answer answer) const;

  const ServerOptions& options_;
  const ServedModels& models_;
  const ServeMetrics& metrics_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace reszoo::detail
