// What every transfer by libcurl has in common. Only in builds with GANYMEDE_FETCH.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace ganymede {

using CurlHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

/// For http and https alone, without signals, so that any thread may use it. Throws Error without memory.
CurlHandle new_curl_handle(const std::string& url);

}  // namespace ganymede
