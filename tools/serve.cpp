// reszoo-serve: a server of models over HTTP.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "cli/app.h"
#include "cli/download_line.h"
#include "cli/model_options.h"
#include "cli/signals.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/serve/model_server.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

struct Arguments {
  std::vector<std::string> weights;
  std::string model, key, precision = "automatic";
  std::vector<std::string> settings;
  ServerOptions server;
  std::string tls_cert, tls_key, token_file;
  double max_wait = 0, timeout = 30;  // milliseconds; seconds
  size_t max_request = 64;            // MiB
  bool no_watch = false, no_verify = false, ema = false, allow_non_finite = false, verbose = false;
};

volatile std::sig_atomic_t reload_asked = 0;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || content.str().empty()) fail(ErrorKind::file, "{}: cannot be read, or is empty", path);
  return content.str();
}

std::string token_in(const std::string& path) {
  auto token = content_of(path);
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty()) fail(ErrorKind::file, "{}: has no token", path);
  return token;
}

/// Prints a line; several threads may do so.
void print_line(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cerr << line << std::endl;
}

/// Lets the process open a file for each connection, as far as the system allows it.
void raise_file_limit(size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, connections + 256));
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Returns a loader of files, and of repositories of the Hugging Face Hub.
ModelLoader loader(const Arguments& a, c10::Device device) {
  const FuseOptions fuse{.precision = parse_precision(a.precision)};
  const PredictorOptions how{.model = a.model,
                             .options = cli::parse_settings(a.settings),
                             .verify = !a.no_verify,
                             .prefer_ema = a.ema,
                             .allow_non_finite = a.allow_non_finite,
                             .key = a.key,
                             .device = device,
                             .on_note = cli::print_note};
  const PretrainedOptions hub{.device = device,
                              .fetch = cli::fetch_with_progress(!a.no_verify),
                              .load = {.prefer_ema = a.ema,
                                       .allow_non_finite = a.allow_non_finite,
                                       .key = a.key,
                                       .assign = true,
                                       .on_note = cli::print_note}};
  return [=](const std::filesystem::path& path) {
    const auto weights = path.string();
    if (is_hub_name(weights) && how.model.empty()) return fused(create_pretrained(weights, "", hub), how.device, fuse);
    return open_fused(cli::local_weights(weights, hub.fetch), how, fuse);
  };
}

ServerOptions server_options(const Arguments& a, c10::Device device) {
  auto options = a.server;
  options.max_request = a.max_request << 20;
  options.timeout = std::chrono::milliseconds(static_cast<int64_t>(1e3 * a.timeout));
  options.models.max_wait = std::chrono::microseconds(static_cast<int64_t>(1e3 * a.max_wait));
  options.models.on_note = [](const std::string& line) { print_line("serve: " + line); };
  options.models.load = loader(a, device);
  if (!a.tls_cert.empty()) {
    options.certificate = content_of(a.tls_cert);
    options.key = content_of(a.tls_key);
  }
  if (!a.token_file.empty()) options.token = token_in(a.token_file);
  options.watch = !a.no_watch;
  if (a.verbose) options.on_access = print_line;
  return options;
}

ordered_json run(const Arguments& a, const cli::Common& common) {
  const auto sources = model_sources(a.weights, is_hub_name);
  const auto options = server_options(a, common.use());
  raise_file_limit(options.max_connections);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, [](int) { reload_asked = 1; });
  cli::watch_signals();
  ModelServer server(sources, options);
  std::vector<std::string> names;
  for (const auto& source : sources) names.push_back(source.name);
  print_line(fmt::format("serve: {} answers for {}", server.url(), fmt::join(names, ", ")));
  while (cli::signal_received() == 0) {
    if (reload_asked != 0) {
      reload_asked = 0;
      server.reload();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  print_line("serve: stopping; requests that have begun are answered");
  server.stop(options.timeout);
  return {{"url", server.url()}, {"models", names}};
}

void define(CLI::App& app, Arguments& a) {
  auto& server = a.server;
  app.add_option(
         "--weights", a.weights,
         "Model files: FILE or NAME=FILE, several; or a folder of them. A file may be a URL or hf-hub:owner/name")
      ->required();
  app.add_option("--model", a.model, "Network of the weights, if the file does not name it");
  cli::add_model_options(app, a.settings);
  app.add_flag("--no-verify", a.no_verify, "Do not verify the checksums of the weights");
  app.add_flag("--use-ema", a.ema, "Use the averaged (EMA) weights if the checkpoint has them");
  app.add_flag("--allow-non-finite", a.allow_non_finite, "Load NaN and infinite weights too");
  app.add_option("--key", a.key, "The weights to use of a file with several: student, model.teacher");
  app.add_option("--precision", a.precision,
                 "float32, bfloat16, float16 (GPU only) or int8 (files of convert --int8); automatic: int8 if the file "
                 "is quantized and the processor is fast in it, else float32")
      ->capture_default_str();
  app.add_option("--host", server.host, "Address to listen on; 0.0.0.0: all")->capture_default_str();
  app.add_option("--port", server.port, "Port; 0: a free one")->check(CLI::Range(0, 65535))->capture_default_str();
  app.add_option("--max-batch", server.models.max_batch,
                 "Requests that are computed together, at most; 0: 64 for tables, 8 for images")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max-wait", a.max_wait, "Milliseconds that the first request of a batch waits for others")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max-queue", server.models.max_queue, "Requests of a model that may wait; others are answered 503")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--streams", server.models.streams, "Batches that are computed at the same time; 0: one per thread")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--timeout", a.timeout, "Seconds that a request may wait; then it is answered 504")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--max-request", a.max_request, "Largest body of a request, MiB; others are answered 413")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--max-connections", server.max_connections, "Connections at the same time; others wait")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  auto* cert =
      app.add_option("--tls-cert", a.tls_cert, "Certificate chain (PEM): serves https")->check(CLI::ExistingFile);
  auto* key = app.add_option("--tls-key", a.tls_key, "Its private key (PEM)")->check(CLI::ExistingFile);
  cert->needs(key);
  key->needs(cert);
  app.add_option("--token-file", a.token_file, "File with a token that requests need: Authorization: Bearer TOKEN")
      ->check(CLI::ExistingFile);
  app.add_flag("--no-watch", a.no_watch, "Load a changed model file only on SIGHUP");
  app.add_flag("--verbose", a.verbose, "Print a line for each request on stderr");
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  return cli::run_tool(argc, argv, common,
                       {
                           .name = "serve",
                           .description = "Serves models over HTTP",
                           .define = [&](CLI::App& app) { define(app, arguments); },
                           .run = [&] { return run(arguments, common); },
                       });
}
