#include "http.h"

#include "reszoo/base/error.h"
#include "reszoo/base/json_text.h"
#include "reszoo/serve/call.h"

namespace reszoo::detail {

std::string HttpRequest::option(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

HttpAnswer error_answer(int status, const std::string& message) {
  return {.status = status, .body = json_text(nlohmann::json{{"error", message}}) + "\n"};
}

std::string without_options(std::string message) {
  const auto hint = message.find("; --");
  if (hint != std::string::npos) message.erase(hint);
  return message;
}

HttpAnswer HttpError::answer() const {
  auto answer = error_answer(status_, message_);
  answer.headers = headers_;
  return answer;
}

HttpAnswer error_answer(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const HttpError& wrong) {
    return wrong.answer();
  } catch (const Refused& refused) {
    auto answer = error_answer(refused.why() == Refusal::late ? 504 : 503, refused.what());
    if (refused.why() != Refusal::late) answer.headers.emplace_back("Retry-After", "1");
    return answer;
  } catch (const Error& wrong) {
    return error_answer(wrong.kind() == ErrorKind::device ? 500 : 400, without_options(wrong.what()));
  } catch (const std::exception& failure) {
    return error_answer(500, message_of(failure));
  } catch (...) {
    return error_answer(500, "unknown failure");
  }
}

}  // namespace reszoo::detail
