#include "handlers.h"

#include <charconv>

#include "answer_json.h"
#include "infer_request.h"
#include "model_card.h"
#include "page.h"
#include "predict_input.h"
#include "reszoo/base/json_text.h"

namespace reszoo::detail {
namespace {

using nlohmann::ordered_json;

constexpr size_t kLikelyClasses = 5;

HttpAnswer json_answer(const ordered_json& json) { return {.body = json_text(json) + "\n"}; }

/// Compares in a time that does not depend on where they differ.
bool is_same_secret(std::string_view a, std::string_view b) {
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i % b.size()]));
  return different == 0;
}

/// Returns the number of classes to show: `?topk=3`.
size_t asked_classes(const HttpRequest& request) {
  const auto text = request.option("topk");
  if (text.empty()) return kLikelyClasses;
  size_t most = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
  if (error != std::errc() || end != text.data() + text.size())
    throw HttpError(400, fmt::format("topk: must be a number, got {}", escaped(text)));
  return most;
}

}  // namespace

void RouteHandlers::check(const HttpRequest& request) const {
  if (stopping_) throw HttpError(503, "the server is being stopped", {{"Retry-After", "1"}, {"Connection", "close"}});
  const auto route = route_of(request.path);
  constexpr std::string_view kBearer = "Bearer ";
  const auto& given = request.authorization;
  if (!options_.token.empty() && !route.is_open() &&
      !(given.starts_with(kBearer) && is_same_secret(std::string_view(given).substr(kBearer.size()), options_.token)))
    throw HttpError(401, "needs the header Authorization: Bearer <token>", {{"WWW-Authenticate", "Bearer"}});
  if (route.kind == RouteKind::unknown) throw HttpError(404, fmt::format("no such address: {}", escaped(request.path)));
  const bool good = route.takes_post() ? request.method == "POST" : request.method == "GET" || request.method == "HEAD";
  const auto* allowed = route.takes_post() ? "POST" : "GET, HEAD";
  if (!good)
    throw HttpError(405, fmt::format("{}: takes {}, got {}", escaped(request.path), allowed, escaped(request.method)),
                    {{"Allow", allowed}});
  if (!route.model.empty()) model_at(route);
  else if (route.kind == RouteKind::predict || route.kind == RouteKind::card) model_asked(request);
}

std::optional<HttpAnswer> RouteHandlers::admit(const HttpRequest& request) const {
  try {
    check(request);
    return std::nullopt;
  } catch (...) {
    return error_answer(std::current_exception());
  }
}

void RouteHandlers::handle(const std::shared_ptr<Exchange>& exchange) const {
  const auto& request = exchange->request();
  const auto route = route_of(request.path);
  try {
    if (route.kind == RouteKind::predict) predict(exchange);
    else if (route.kind == RouteKind::infer) infer(exchange, route);
    else exchange->answer(plain_answer(route, request));
  } catch (...) {
    exchange->answer(error_answer(std::current_exception()));
  }
}

HttpAnswer RouteHandlers::plain_answer(const Route& route, const HttpRequest& request) const {
  switch (route.kind) {
    case RouteKind::page: return {.body = std::string(page()), .type = "text/html; charset=utf-8"};
    case RouteKind::models: {
      std::vector<std::string> names;
      for (const auto& model : models_) names.push_back(model->name());
      return json_answer({{"models", names}});
    }
    case RouteKind::card: return json_answer(served_card(model_asked(request)));
    case RouteKind::metrics: return metrics_text();
    case RouteKind::server: return server_metadata();
    case RouteKind::live: return json_answer({{"live", true}});
    case RouteKind::ready: return json_answer({{"ready", true}});
    case RouteKind::metadata: return json_answer(protocol_metadata(model_at(route)));
    case RouteKind::model_ready: return json_answer({{"name", route.model}, {"ready", true}});
    default: throw HttpError(404, "no such address");
  }
}

HttpAnswer RouteHandlers::server_metadata() const {
  return json_answer(
      {{"name", "reszoo"}, {"version", RESZOO_VERSION}, {"extensions", ordered_json::array({"binary_tensor_data"})}});
}

HttpAnswer RouteHandlers::metrics_text() const {
  std::map<std::string, size_t> waiting;
  for (const auto& model : models_) waiting[model->name()] = model->waiting();
  return {.body = metrics_.text(waiting), .type = "text/plain; version=0.0.4; charset=utf-8"};
}

ServedModel& RouteHandlers::model_named(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& model : models_) {
    if (model->name() == name) return *model;
    names.push_back(model->name());
  }
  throw HttpError(
      404, fmt::format("no model is called {}{}; there is {}", escaped(name), suggestion(name, names), list(names)));
}

/// The model of `?model=`, or the only one.
ServedModel& RouteHandlers::model_asked(const HttpRequest& request) const {
  const auto name = request.option("model");
  if (!name.empty() || models_.size() != 1) {
    if (name.empty()) throw HttpError(400, "?model=NAME must name one of the models; GET /models lists them");
    return model_named(name);
  }
  return *models_.front();
}

ServedModel& RouteHandlers::model_at(const Route& route) const {
  auto& model = model_named(route.model);
  const auto number = std::to_string(model.version()->number);
  if (!route.version.empty() && route.version != number)
    throw HttpError(404, fmt::format("{}: has version {}, not {}", route.model, number, escaped(route.version)));
  return model;
}

/// Hands a call to the model. `read` makes its input, and `answer` the answer to the client.
template <typename Read, typename Answer>
void RouteHandlers::submit(const std::shared_ptr<Exchange>& exchange, ServedModel& model, Read read,
                           Answer answer) const {
  Call call{.read = std::move(read),
            .answer =
                [exchange, answer = std::move(answer)](const Answers& answers) {
                  HttpAnswer made;
                  try {
                    made = answer(answers);
                  } catch (...) {
                    made = error_answer(std::current_exception());
                  }
                  exchange->answer(std::move(made));
                },
            .fail = [exchange](const std::exception_ptr& error) { exchange->answer(error_answer(error)); },
            .deadline = ServeClock::now() + options_.timeout,
            .bytes = exchange->request().body.size()};
  exchange->defer();
  model.submit(std::move(call));
}

void RouteHandlers::predict(const std::shared_ptr<Exchange>& exchange) const {
  auto& model = model_asked(exchange->request());
  const auto most = asked_classes(exchange->request());
  const auto names = std::make_shared<std::vector<std::string>>();
  submit(
      exchange, model,
      [exchange, names](const ModelVersion& version) {
        auto read = read_predict_input(exchange->request(), version);
        *names = std::move(read.names);
        return std::move(read.input);
      },
      [names, most, name = model.name()](const Answers& answers) {
        return predict_answer(answers, name, most, *names);
      });
}

void RouteHandlers::infer(const std::shared_ptr<Exchange>& exchange, const Route& route) const {
  auto& model = model_at(route);
  const auto asked = std::make_shared<InferRequest>();
  submit(
      exchange, model,
      [exchange, asked](const ModelVersion& version) {
        *asked = read_infer_request(exchange->request());
        return model_input(std::move(asked->inputs), version);
      },
      [asked, name = model.name()](const Answers& answers) { return infer_answer(*asked, answers, name); });
}

}  // namespace reszoo::detail
