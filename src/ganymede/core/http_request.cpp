#include "ganymede/core/http_request.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ganymede/core/curl_handle.h"
#include "ganymede/core/error.h"

namespace ganymede {
namespace {

constexpr size_t kLargestAnswer = 16 << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

size_t on_answer(char* data, size_t, size_t size, void* context) {
  auto& body = *static_cast<std::string*>(context);
  if (body.size() + size > kLargestAnswer) return 0;
  body.append(data, size);
  return size;
}

size_t on_read(char* data, size_t, size_t size, void* context) {
  auto* file = static_cast<std::FILE*>(context);
  const size_t read = std::fread(data, 1, size, file);
  return std::ferror(file) != 0 ? CURL_READFUNC_ABORT : read;
}

int on_tick(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& broken_off = static_cast<const HttpRequest*>(context)->broken_off;
  return broken_off && broken_off() ? 1 : 0;
}

File open(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "rbe"));
  if (!file) throw Error(std::string("cannot read: ") + std::strerror(errno), path.string());
  return file;
}

/// By libcurl's own options, which, unlike a header, another host that the server might name would not be sent.
void set_credentials(CURL* curl, const HttpRequest& request) {
  if (!request.token.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request.token.c_str());
  } else if (!request.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.certificates.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, request.certificates.c_str());
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, request.check_certificate ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, request.check_certificate ? 2L : 0L);
}

void set_body(CURL* curl, const HttpRequest& request, const File& file) {
  if (file) {
    std::error_code ignored;
    const auto size = std::filesystem::file_size(request.file, ignored);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, file.get());
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
  } else if (!request.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

}  // namespace

bool has_http() {
  return true;
}

HttpAnswer send(const HttpRequest& request) {
  const CurlHandle handle = new_curl_handle(request.url);
  CURL* curl = handle.get();
  const File file = request.file.empty() ? File() : open(request.file);
  Headers headers(
      curl_slist_append(nullptr, file ? "Content-Type: application/octet-stream" : "Content-Type: application/json"),
      &curl_slist_free_all);
  curl_slist_append(headers.get(), "Expect:");  // else libcurl may wait a second before it sends a body
  HttpAnswer answer;
  char failure[CURL_ERROR_SIZE] = "";
  set_credentials(curl, request);
  set_body(curl, request, file);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, request.connect_seconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request.idle_seconds);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_answer);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_tick);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &request);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, failure);
  const CURLcode result = curl_easy_perform(curl);
  if (result != CURLE_OK) return {.code = 0, .body = {}, .failure = *failure ? failure : curl_easy_strerror(result)};
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  answer.code = static_cast<int>(code);
  return answer;
}

}  // namespace ganymede
