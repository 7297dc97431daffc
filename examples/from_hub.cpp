// Classifies an image with weights of the Hugging Face Hub, which are downloaded once. from_hub hf-hub:OWNER/NAME IMAGE
#include <fmt/format.h>

#include "reszoo/base/error.h"
#include "reszoo/data/decode.h"
#include "reszoo/hub/pretrained.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const PretrainedOptions options{
        .fetch = {.on_warning = [](const std::string& line) { fmt::print("warning: {}\n", line); }}};
    auto model = create_pretrained(argv[1], "", options);  // network, weights, preprocessing and class names
    const auto prediction = model.predict(*open_image(argv[2]));
    fmt::print("{}\n", prediction.answered ? prediction.label : "no answer: the outputs are NaN or infinite");
  } catch (const Error& error) {  // one line: a licence to accept, what to download by other means, …
    fmt::print("{}\n", error.what());
    return 1;
  }
}
