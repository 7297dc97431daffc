/// Forms that a browser or curl -F sends. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace reszoo::detail {

/// A part of a form.
struct FormPart {
  std::string name, file_name, type;  ///< `file_name` and `type` are "" if the part does not say them
  std::string_view content;           ///< refers to the body
};

/// Parses multipart/form-data. `content_type` is the header with the boundary.
/// Throws: Error (input) for a form without an end or with a part without a name.
/// Source: RFC 7578.
std::vector<FormPart> read_form(std::string_view body, const std::string& content_type);

/// Returns the value of a parameter of a header, such as `name` in `form-data; name="a"`, or "".
std::string header_parameter(std::string_view header, std::string_view parameter);

/// Returns the media type of a header Content-Type, in lower case without parameters.
std::string media_type(std::string_view content_type);

}  // namespace reszoo::detail
