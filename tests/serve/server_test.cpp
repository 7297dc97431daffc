// The server as such: hostile requests, limits, tokens, reloading, stopping, metrics.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "http_client.h"
#include "served_files.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::chrono_literals;

namespace {

const std::string kGoodRow = R"({"size": 3, "colour": "red"})";

ServerOptions that_waits(std::chrono::milliseconds wait, size_t queue = 256) {
  return {.models = {.max_batch = 64, .max_wait = wait, .max_queue = queue}};
}

/// Waits until so many calls are in the queue.
void wait_for_calls(const ServedFolder& served, size_t calls) {
  const auto* model = served.server->find("goods");
  for (int i = 0; i < 5000 && model->waiting() < calls; ++i) std::this_thread::sleep_for(1ms);
  ASSERT_EQ(model->waiting(), calls);
}

/// Sends a request whose answer is not read yet.
void begin(HttpClient& client) {
  client.send(
      fmt::format("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", kGoodRow.size(), kGoodRow));
}

}  // namespace

TEST(ModelServer, UnknownAddressesAndMethods) {
  const auto served = serve_goods();
  for (const auto* path : {"/nothing", "/v3", "/v2/models", "/v2/models/goods/what", "/predict/x"})
    EXPECT_EQ(get(served.port(), path).status, 404) << path;
  const auto wrong = get(served.port(), "/predict");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST");
  EXPECT_EQ(post(served.port(), "/v2/health/live", "{}").status, 405);
  EXPECT_EQ(HttpClient(served.port()).ask({.path = "/card", .method = "DELETE"}).status, 405);
}

TEST(ModelServer, AConnectionAnswersManyRequests) {
  const auto served = serve_goods();
  HttpClient client(served.port());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.ask({.path = "/predict", .method = "POST", .body = kGoodRow}).status, 200);
    EXPECT_EQ(client.ask({.path = "/predict", .method = "POST", .body = "{"}).status, 400);
    EXPECT_EQ(client.ask({.path = "/nothing", .method = "POST", .body = kGoodRow}).status, 404);
  }
}

TEST(ModelServer, ManyClientsGetTheirOwnAnswers) {
  const auto served = serve_goods(that_waits(5ms));
  auto model = goods_model();
  model.fuse();
  std::vector<std::thread> clients;
  std::atomic<int> wrong = 0;
  for (int c = 0; c < 16; ++c)
    clients.emplace_back([&, c] {
      const auto expected =
          post(served.port(), "/predict", fmt::format(R"({{"size": {}, "colour": "red"}})", c)).json();
      HttpClient client(served.port());
      for (int i = 0; i < 10; ++i) {
        const auto reply = client.ask(
            {.path = "/predict", .method = "POST", .body = fmt::format(R"({{"size": {}, "colour": "red"}})", c)});
        const auto price = reply.json().at("predictions").at(0).at("prediction").get<double>();
        const auto alone = expected.at("predictions").at(0).at("prediction").get<double>();
        if (std::abs(price - alone) > 1e-3) ++wrong;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ModelServer, LimitsTheSizeOfRequests) {
  ServerOptions options;
  options.max_request = 1000;
  const auto served = serve_goods(options);
  const auto reply = post(served.port(), "/predict", std::string(2000, ' ') + kGoodRow);
  EXPECT_EQ(reply.status, 413);
  EXPECT_NE(reply.error().find("1000 bytes"), std::string::npos) << reply.error();
  HttpClient chunked(served.port());
  chunked.send("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  chunked.send("5dc\r\n" + std::string(1500, ' ') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().status, 413);
  EXPECT_EQ(post(served.port(), "/predict", kGoodRow).status, 200);
}

TEST(ModelServer, LimitsTheSizeOfHeaders) {
  const auto served = serve_goods();
  const auto long_header = "X-Long: " + std::string(20'000, 'a');
  for (const auto& reply : {get(served.port(), "/v2", {long_header}),
                            post(served.port(), "/predict", kGoodRow, "application/json", {long_header})}) {
    EXPECT_EQ(reply.status, 431);
    EXPECT_NE(reply.error().find("headers may have 16384 bytes, got 20"), std::string::npos) << reply.error();
  }
  EXPECT_EQ(post(served.port(), "/predict", kGoodRow, "application/json", {long_header.substr(0, 10'000)}).status, 200);
}

TEST(ModelServer, AChunkedBody) {
  const auto served = serve_goods();
  HttpClient client(served.port());
  client.send("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send(fmt::format("5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", kGoodRow.substr(0, 5), kGoodRow.size() - 5,
                          kGoodRow.substr(5)));
  EXPECT_EQ(client.read().status, 200);
}

TEST(ModelServer, HostileRequestsDoNotHarmOthers) {
  const auto served = serve_goods();
  const auto port = served.port();
  {
    HttpClient cut(port);  // leaves within its body
    cut.send("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{\"size\"");
  }
  {
    HttpClient cut(port);  // leaves without its answer
    begin(cut);
  }
  {
    HttpClient huge(port);
    huge.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(1 << 20, 'a') + "\r\n\r\n");
    const auto status = huge.read().status;
    EXPECT_TRUE(status == 431 || status == 0) << status;
  }
  {
    HttpClient path(port);
    path.send("GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto status = path.read().status;
    EXPECT_TRUE(status == 414 || status == 431 || status == 0) << status;
  }
  for (const std::string bytes : {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /predict HTTP/1.1\r\n\r\n",
                                  "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"}) {
    HttpClient client(port);
    client.send(bytes);
    const auto status = client.read().status;
    EXPECT_TRUE(status == 0 || status >= 400) << bytes << status;
  }
  EXPECT_EQ(get(port, "/v2/models/%00%ff%2f..%2f").status, 404);
  EXPECT_EQ(post(port, "/predict", kGoodRow).status, 200);
}

TEST(ModelServer, NeedsTheToken) {
  ServerOptions options;
  options.token = "secret";
  const auto served = serve_goods(options);
  const auto port = served.port();
  const auto refused = post(port, "/predict", kGoodRow);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.at("www-authenticate"), "Bearer");
  for (const auto* wrong : {"Authorization: Bearer secre", "Authorization: Bearer ", "Authorization: Basic secret"})
    EXPECT_EQ(post(port, "/predict", kGoodRow, "", {wrong}).status, 401) << wrong;
  EXPECT_EQ(post(port, "/predict", kGoodRow, "", {"Authorization: Bearer secret"}).status, 200);
  EXPECT_EQ(get(port, "/metrics").status, 401);
  EXPECT_EQ(get(port, "/card").status, 401);
  EXPECT_EQ(get(port, "/v2/health/ready").status, 200);
  EXPECT_EQ(get(port, "/").status, 200) << "the page holds nothing of the model";
}

TEST(ModelServer, AFullQueueIsAnsweredWith503) {
  const auto served = serve_goods(that_waits(1h, 2));
  HttpClient first(served.port()), second(served.port());
  begin(first);
  begin(second);
  wait_for_calls(served, 2);
  const auto refused = post(served.port(), "/predict", kGoodRow);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(get(served.port(), "/v2/health/ready").status, 200);
  served.server->find("goods")->stop();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(second.read().status, 200);
}

TEST(ModelServer, ALateCallIsAnsweredWith504) {
  auto options = that_waits(1h);
  options.timeout = 50ms;
  const auto served = serve_goods(options);
  const auto late = post(served.port(), "/predict", kGoodRow);
  EXPECT_EQ(late.status, 504);
  EXPECT_NE(late.error().find("time limit"), std::string::npos);
}

TEST(ModelServer, StoppingAnswersWhatHasBegun) {
  const auto served = serve_goods(that_waits(300ms));
  HttpClient waiting(served.port()), idle(served.port());
  EXPECT_EQ(idle.ask({.path = "/v2/health/live"}).status, 200);
  begin(waiting);
  wait_for_calls(served, 1);
  std::thread stopper([&] { served.server->stop(); });
  EXPECT_EQ(waiting.read().status, 200);
  stopper.join();
  const auto refused = idle.ask({.path = "/predict", .method = "POST", .body = kGoodRow});
  EXPECT_EQ(refused.status, 503) << "on a connection that was open before";
  HttpClient late(served.port());  // the system may still take connections; nobody answers them
}

TEST(ModelServer, ReloadsUnderLoadLoseNoRequest) {
  const auto served = serve_goods();
  std::atomic<bool> stopped = false;
  std::atomic<int> good = 0, bad = 0;
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c)
    clients.emplace_back([&] {
      HttpClient client(served.port());
      while (!stopped)
        ++(client.ask({.path = "/predict", .method = "POST", .body = kGoodRow}).status == 200 ? good : bad);
    });
  const auto path = served.folder() / "goods.safetensors";
  for (int i = 0; i < 10; ++i) {
    goods_model("price", 1 + 0.1 * i).save(path);
    served.server->reload();
    std::this_thread::sleep_for(20ms);
  }
  const auto* model = served.server->find("goods");
  for (int i = 0; i < 5000 && model->version()->number < 2; ++i) std::this_thread::sleep_for(1ms);
  stopped = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(bad, 0);
  EXPECT_GT(good, 0);
  EXPECT_GT(model->version()->number, 1);
}

TEST(ModelServer, Metrics) {
  const auto served = serve_goods();
  EXPECT_EQ(post(served.port(), "/predict", kGoodRow).status, 200);
  EXPECT_EQ(post(served.port(), "/predict", "{").status, 400);
  const std::vector<std::string> lines = {"reszoo_requests_total{route=\"predict\",code=\"200\"} 1\n",
                                          "reszoo_requests_total{route=\"predict\",code=\"400\"} 1\n",
                                          "# TYPE reszoo_request_seconds histogram\n",
                                          "reszoo_request_seconds_bucket{route=\"predict\",le=\"+Inf\"} 2\n",
                                          "reszoo_request_seconds_count{route=\"predict\"} 2\n",
                                          "reszoo_batch_calls_count{model=\"goods\"} 2\n",
                                          "reszoo_batch_rows_sum{model=\"goods\"} 1\n",
                                          "reszoo_queue_length{model=\"goods\"} 0\n",
                                          "process_resident_memory_bytes "};
  HttpClient client(served.port());
  std::string text;
  const auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  for (int i = 0; i < 1000 && !std::ranges::all_of(lines, has); ++i) {  // requests and batches count once answered
    text = client.ask({.path = "/metrics"}).body;
    std::this_thread::sleep_for(1ms);
  }
  for (const auto& line : lines) EXPECT_TRUE(has(line)) << line << text;
}

TEST(ModelServer, SaysWhatIsWrongWithItsOptions) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  const auto source = model_sources({(folder / "m.safetensors").string()});
  const ModelServer first(source, {.port = 0});
  expect_error(ErrorKind::usage, fmt::format("port: cannot listen on 127.0.0.1:{}", first.port()),
               [&] { ModelServer(source, {.port = first.port()}); });
  expect_error(ErrorKind::usage, "host: nowhere.invalid has no address",
               [&] { ModelServer(source, {.host = "nowhere.invalid", .port = 0}); });
  expect_error(ErrorKind::usage, "tls: the certificate or its key cannot be used",
               [&] { ModelServer(source, {.port = 0, .certificate = "no certificate", .key = "no key"}); });
  expect_error(ErrorKind::file, "does not exist", [&] { model_sources({"nothing.safetensors"}); });
  expect_error(ErrorKind::usage, "the folder has no model files", [] { model_sources({TempDir().path().string()}); });
  const auto path = (folder / "m.safetensors").string();
  expect_error(ErrorKind::usage, "two models are called m", [&] { model_sources({path, path}); });
  EXPECT_EQ(model_sources({"a=" + path}).front().name, "a");
  std::filesystem::create_directories(folder / "diamonds/model");
  std::filesystem::copy_file(path, folder / "diamonds/model/model.safetensors");
  EXPECT_EQ(model_sources({(folder / "diamonds/model/model.safetensors").string()}).front().name, "diamonds");
  EXPECT_EQ(model_sources({folder.path().string()}).size(), 2u);
}

TEST(ModelServer, SourcesMayBeElsewhere) {
  const auto is_hub = [](const std::string& path) { return path.starts_with("hub:"); };
  const auto sources = model_sources({"hub:owner/cats", "dogs=hub:owner/net", "https://host/a/owls.pth?version=2",
                                      "fish=https://host/a/b.pth?version=2"},
                                     is_hub);
  std::vector<std::string> texts;
  for (const auto& [name, path] : sources) texts.push_back(name + " " + path.string());
  EXPECT_EQ(texts, (std::vector<std::string>{"cats hub:owner/cats", "dogs hub:owner/net",
                                             "owls https://host/a/owls.pth", "fish https://host/a/b.pth"}));
  expect_error(ErrorKind::file, "hub:owner/cats: does not exist", [] { model_sources({"hub:owner/cats"}); });
}
