#include "reszoo/serve/model_server.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <condition_variable>

#include "handlers.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using namespace std::chrono_literals;

/// How often late calls are looked for, and changed files.
constexpr auto kExpireEvery = 20ms, kWatchEvery = 1000ms;

/// The bodies of all requests together may have so many times the bytes of the largest request.
constexpr size_t kLargestRequests = 8;

detail::ServedModels load_models(const std::vector<ModelSource>& sources, const ServedModelOptions& options,
                                 ServeMetrics& metrics) {
  if (sources.empty()) fail(ErrorKind::usage, "models: there is none to serve");
  detail::ServedModels models;
  for (const auto& source : sources)
    models.push_back(std::make_unique<ServedModel>(source.name, source.path, options, &metrics));
  return models;
}

detail::HttpDaemonOptions daemon_options(const ServerOptions& options) {
  return {.max_body = options.max_request,
          .max_bodies = options.max_request * kLargestRequests,
          .max_connections = static_cast<unsigned>(std::max<size_t>(options.max_connections, 1)),
          .threads = static_cast<unsigned>(std::clamp(at::get_num_threads() / 8, 1, 4)),
          .certificate = options.certificate,
          .key = options.key};
}

}  // namespace

class ModelServer::Impl {
 public:
  Impl(const std::vector<ModelSource>& sources, ServerOptions options)
      : options_(std::move(options)),
        models_(load_models(sources, options_.models, metrics_)),
        handlers_(options_, models_, metrics_) {
    detail::ListenSocket socket(options_.host, options_.port);
    port_ = socket.port();
    daemon_ = std::make_unique<detail::HttpDaemon>(
        std::move(socket), daemon_options(options_),
        detail::HttpDaemon::Handlers{
            .admit = [this](const auto& request) { return handlers_.admit(request); },
            .handle = [this](const auto& exchange) { handlers_.handle(exchange); },
            .finished = [this](const auto& exchange, const auto& answer,
                               double seconds) { count(exchange.request(), answer, seconds); }});
    expirer_ = std::jthread([this](const std::stop_token& end) { expire(end); });
    watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
  }

  ~Impl() {
    stop(30'000ms);
    daemon_.reset();  // its threads use the models
  }

  std::string url() const {
    const bool six = options_.host.find(':') != std::string::npos;
    return fmt::format("{}://{}:{}", options_.certificate.empty() ? "http" : "https",
                       six ? "[" + options_.host + "]" : options_.host, port_);
  }
  int port() const { return port_; }

  void reload() {
    {
      const std::lock_guard lock(watch_mutex_);
      reload_ = true;
    }
    watch_changed_.notify_all();
  }

  void stop(std::chrono::milliseconds patience) {
    const std::lock_guard lock(stop_mutex_);
    handlers_.refuse_all();
    daemon_->quiesce();
    const auto end = ServeClock::now() + patience;
    wait_for_requests(end);
    for (auto* thread : {&watcher_, &expirer_}) {
      thread->request_stop();
      if (thread->joinable()) thread->join();
    }
    for (const auto& model : models_) model->stop();
    wait_for_requests(std::max(end, ServeClock::now() + 500ms));  // their answers are on the way
  }

  ServedModel* find(const std::string& name) {
    const auto found =
        std::find_if(models_.begin(), models_.end(), [&](const auto& model) { return model->name() == name; });
    return found == models_.end() ? nullptr : found->get();
  }

 private:
  void wait_for_requests(ServeClock::time_point end) const {
    while (daemon_->open_requests() > 0 && ServeClock::now() < end) std::this_thread::sleep_for(2ms);
  }

  void count(const detail::HttpRequest& request, const detail::HttpAnswer& answer, double seconds) {
    metrics_.count_request(detail::route_of(request.path).name(), answer.status, seconds);
    if (options_.on_access)
      options_.on_access(fmt::format("{} {} {} {} {} bytes {:.1f} ms", request.client, escaped(request.method),
                                     escaped(request.path, 200), answer.status, answer.body.size(), 1e3 * seconds));
  }

  void expire(const std::stop_token& end) const {
    for (; !end.stop_requested(); std::this_thread::sleep_for(kExpireEvery))
      for (const auto& model : models_) model->expire();
  }

  void watch(const std::stop_token& end) {
    at::set_num_threads(threads_);  // those of the program, not of a model's thread
    std::unique_lock lock(watch_mutex_);
    while (!end.stop_requested()) {
      watch_changed_.wait_for(lock, end, kWatchEvery, [this] { return reload_; });
      if (end.stop_requested()) return;
      const bool always = std::exchange(reload_, false);
      lock.unlock();
      for (const auto& model : models_)
        if (always || options_.watch) model->refresh(always);
      lock.lock();
    }
  }

  const int threads_ = at::get_num_threads();
  ServerOptions options_;
  ServeMetrics metrics_;
  detail::ServedModels models_;
  detail::RouteHandlers handlers_;
  int port_ = 0;
  std::unique_ptr<detail::HttpDaemon> daemon_;
  std::mutex stop_mutex_, watch_mutex_;
  std::condition_variable_any watch_changed_;
  bool reload_ = false;
  std::jthread expirer_, watcher_;
};

ModelServer::ModelServer(const std::vector<ModelSource>& models, ServerOptions options)
    : impl_(std::make_unique<Impl>(models, std::move(options))) {}

ModelServer::~ModelServer() = default;

std::string ModelServer::url() const { return impl_->url(); }

int ModelServer::port() const { return impl_->port(); }

void ModelServer::reload() { impl_->reload(); }

void ModelServer::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }

ServedModel* ModelServer::find(const std::string& name) { return impl_->find(name); }

}  // namespace reszoo
