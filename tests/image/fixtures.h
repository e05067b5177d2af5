// Small files of every kind the decoder reads, made with Pillow 13 and zlib, as base64. All are 12 x 10 pixels of the
// patterns below, except the palette and one-bit files, which show (x + y) % 16 and its lowest bit.
#pragma once

#include <string_view>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::test {

inline image::Image rgb_pattern() {
  image::Image image(12, 10, 3);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 12; ++x) {
      std::uint8_t* pixel = image.at(x, y);
      pixel[0] = static_cast<std::uint8_t>(20 * x);
      pixel[1] = static_cast<std::uint8_t>(25 * y);
      pixel[2] = static_cast<std::uint8_t>(200 - 10 * x - 5 * y);
    }
  }
  return image;
}

inline image::Image grey_pattern() {
  image::Image image(12, 10, 1);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 12; ++x) *image.at(x, y) = static_cast<std::uint8_t>(20 * x / 2 + 25 * y / 2);
  }
  return image;
}

/// The alpha of the files that have one.
inline int alpha_pattern(int x) {
  return x * 23 % 256;
}

inline Bytes from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes bytes;
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    if (c == '=') break;
    held = held << 6 | static_cast<unsigned>(kDigits.find(c));
    bits += 6;
    if (bits >= 8) bytes.push_back(static_cast<std::uint8_t>(held >> (bits -= 8)));
  }
  return bytes;
}

struct Fixture {
  const char* name;
  std::string_view base64;
  Bytes bytes() const { return from_base64(base64); }
};

// clang-format off
inline const std::vector<Fixture> kFixtures = {
    {"png_rgb",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAIAAAAPTiitAAABH0lEQVR42g3QEYLFMBAA0DlEJDeIrERWIl++jEQqlcpIpVKJjFQqkcpIJfLl"
     "SyTyZWVlDhHJTXbfER4AqIEfBy3AO0IhkAQ5w1EgNdgUqMMMYH+N/Thbg31Fe5O9kj2z5WL3Zle1S7cTgP8xvjn/Dr5EL+Rz8kf2qfiteVI/"
     "dx8B8GOwOnwFvCNehGdCzrgXXBsuilNHBKBm6O2oBJJImehIlDJthajRrBQ7PQG4Gn45vgNfkU9iTrxnXgsvjSdl7PwAkLeR4kSC5CgHSUqy"
     "ZaEic5Oo8uwSAOrL1NvVK9QzVqa6p7rmupQ6tYpaH71+/zcVo+I0Bz2iJtItKWWdi8amT9XQ1QOM24zLjTMMjmOnsaax5DGVgW08dHz38fUH"
     "CmmhuXeeMbkAAAAASUVORK5CYII="},
    {"png_grey",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAAAAAClR+AmAAAAb0lEQVR42mNg4BKR0zCycQuISslj4BFT0DKx8wiKSSuoYpBU1jV39A6Nzyyu"
     "bWdQ1bd09g1PzC6t75zMAFVe0dQzbQEDVHlL34xFaxigyifOXrp+JwNU+dzlG3cfZYAqX7Vl34lLDFDl2w6cunIPAIucNAkdlJL9AAAAAElF"
     "TkSuQmCC"},
    {"png_rgb_16",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKEAIAAABf3vTuAAACT0lEQVR42hWSEYDrQBRFByIrlQQSWFn5gfkSWQlkISsjkUql8qRSqYyMVCoj"
     "lZFKAlvYwgQS6EIX+mEGKpVKAhOoVCKVSH8HH9zz7rv3IQQINPYogt+3kCOo/ThHsBtlFYLCAYVADLRBwHveI1heCwcBbWofwfysMQJQbYJg"
     "ckAIAvbvj0cD9vMa8oCVbpwHbPuSVQHbPEAFbH2nTcBWN94HjJnCCdjiUvsBm500Dtj02CYBG++foEj8vnk0ErUf8kjsRnEeicLJqkiIAVQk"
     "eE+bSCyvvI8EbQonEvNz7UcClMaRmBzaJBJP/wiI/Hn1KJGlG3Iity9xTuTmkVVEru+giFzdaEMkM7wncnEpHCJnp9oncnrUmMjxvk2IJBLZ"
     "K2vfo6B2o5CDKpw4ByWGrALFe1CgllfagKKNneZnm5tVgJocNAaVVW0C6vP7CWKmdD3KzPYl5MxsHnHOzPqeVcysbqCYYYY2zCwuvGdmdioc"
     "ZqbH2mdmvNeYGSLbhJmPL2Rb2Y08KobCCbkYxBDnYuB9VolhebXeaEMbMczPvLeZFY4YJofat541FsPnd5tYzRNUutsXj5bu5hHy0l3f47x0"
     "V7esKl1mQJXu4kKb0p2deF+602PhlO54X/ulS6TGpfvx1Sal+75B9osKx6OWHnKNeR/nGi+vdp/NRuP5mTY2Dd5rPDkUjsZZVfsaf35rrHGc"
     "t4lt7wnq0s3Do126voe8S1e3OO9SZrKqSxcXUF06O9GmS6dH3nfpeF84XUpk7Xfpx5fGXfq+aZMu/bv+D0PBa4UZGkHBAAAAAElFTkSuQmCC"},
    {"png_grey_16",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKEAAAAAD11zxlAAAAw0lEQVR42mNgYOBcJrxBdpf6EcNz1jdcH/m/ifyWwpDHxcC9QnST/B7NY8YX"
     "bG+5Pwl8F/0jjamAp0qMQWKr0n6dk2aXHe56PQ/5GPc7k7WYv1ayXZlB5aDeaYurTvd9XoZ9TvibzV4qWC/dqTpZnwHV5AqRJrkejWlGC2wY"
     "UE1uUejTmmGyyG6NBwOqyRN1Z5svdVzvvTOUAdXkuZbLnTf67g4/msiAavIqty0B+6JOpFzKY0A1eVvQgZhTaVcK7lUBANAjaGaz4142AAAA"
     "AElFTkSuQmCC"},
    {"png_grey_linear_gamma",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAAAAAClR+AmAAAABGdBTUEAALGPC/xhBQAAAG9JREFUeNpjYOASkdMwsnELiErJY+ARU9AysfMI"
     "ikkrqGKQVNY1d/QOjc8srm1nUNW3dPYNT8wure+czABVXtHUM20BA1R5S9+MRWsYoMonzl66ficDVPnc5Rt3H2WAKl+1Zd+JSwxQ5dsOnLpy"
     "DwCLnDQJHZSS/QAAAABJRU5ErkJggg=="},
    {"png_rgba",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAYAAACALL/6AAABh0lEQVR42g3LIY7rMBAA0DlEpMg3CPkBJktMClJiYlJSRSoZEhJiYmISEiky"
     "KTEpsUFJiYlBlixZMiwXCDHJLVb6efwBAEEFP3UDuRXw6RSEHsFrA25xMMUAZs0wbgR47HD/A2C/ULHvumGpFezdKfbqkT21YfPimI2B6TWz"
     "YSP2OHZ2OwP/gYrnuuGfVvDQKe575E4bPi2Omxj4uGaOG/H7sXN1BvkNlUx1I9+tkK9OyWePctZG2sVJHYMc1iwfG8nbsUt5BsxQ4aduMLQC"
     "fafQ9YiTNmgWh2MMiGvG+0aojh2vZ7AJKvuuG/tqhX12ys49WquN1YuzQwz2sWZ728jKY7eXM/gPVD7Ujfet8K5TfurRG238uDiPMfj7mr3a"
     "yF+P3YszpDdU6VU36dmKNHcq2R6T1iYNi0uPGNJtzUlulC7Hnr7OQAEq8nVDrhU0dYpMjzRqQ7g4usdAas103YjEsRM/Q3lBVZ51U+ZWFNup"
     "onssgzblsbhyi6HINZfLRuXr2Mu/v//U690FA1npMgAAAABJRU5ErkJggg=="},
    {"png_grey_alpha",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAQAAAAqJXdxAAAA/UlEQVR42gXB0UeDURgH4N91ukxHN4lEohMTiRnJmTExY8a8zPiMGZ+P15iP"
     "GTNmx4yMGYmdkchIJCeRbiLdHNJ1l+e/OPQ8ADbEltxVh5ThrM6bkq25yMcBm9gWe/JInVKOC7psyDZd4tOAHeyLY3mmLqjIFV03Lcuu50cB"
     "BzgR5/JSXVGVG7ptOrbvxn4WkEFW5GVJ1SjiWHfNwE7c3C8DciiIsiTVpIRTPTRTu3Arvw4ooiLqsqWYejzS1+bG3rlH/xpQRUO0ZUf1acwz"
     "fWvu7ZN7858BEWLRlQM1oTkv9YN5tu/uy/8EJEjFUE7Vgla81i/mw367X/8X/gE0eG9Vu5+MswAAAABJRU5ErkJggg=="},
    {"png_palette",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKBAMAAAByAqLJAAAAMFBMVEUA/wAQ7ygg31Awz3hAv6BQr8hgn/BwjxiAf0CQb2igX5CwT7jAP+DQ"
     "LwjgHzDwD1hZ0C2JAAAANUlEQVR42mNgVHZN71zNIGQSVjFrDwOYc5YBzLnHAOa8ZwBzPjCAOYwMYI4QA5ijzADmmAAA+I4fh9nHC58AAAAA"
     "SUVORK5CYII="},
    {"png_palette_clear",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKBAMAAAByAqLJAAAAMFBMVEUA/wAQ7ygg31Awz3hAv6BQr8hgn/BwjxiAf0CQb2igX5CwT7jAP+DQ"
     "LwjgHzDwD1hZ0C2JAAAAAnRSTlMA/1uRIrUAAAA1SURBVHjaY2BUdk3vXM0gZBJWMWsPA5hzlgHMuccA5rxnAHM+MIA5jAxgjhADmKPMAOaY"
     "AAD4jh+H2ccLnwAAAABJRU5ErkJggg=="},
    {"png_bits",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKAQAAAACoV4JXAAAAEUlEQVR42mMIDWBYtYABBwkAjHMJrIEMZdMAAAAASUVORK5CYII="},
    {"png_interlaced",
     "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAIAAAF4SRg7AAABI0lEQVR42hWLEYLFMBRF7yIi2UFkJDIS+TISiVQqlSeVSiUSqVQilSeVyJcv"
     "kcjIyMhbRCQ7mT9yzzlwAUhB/N8iAQEFQd5JLVAuRDBoEVnwNiqRolCAkfymiAPsj7GvYDnao9hN7AzwyzAHPiJvhWfhLyj8OLwInHE0bB0z"
     "lG3OFrI529gsdRug6OWIiY5MW6O50/vIxXEmjpmpcejsoISdHCRblrnJVxcL6F+lv42uTj+DvklfUZ9Zp6L3plfRS9cT4L+Vr8Y/nb+Dv8if"
     "0afs9+LX5hfxU/ceSFWlp0m3S1dIJ6UU057TWtLS0iTJ9/QA6lPV29TL1TPURHWPdc11KXVq1Ut99PoJjFuNy4zTjRTGTmONY8ljKsO38ZDx"
     "2cfHH9Yjobm6RRz/AAAAAElFTkSuQmCC"},
    {"jpeg_rgb",
     "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggL"
     "DAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAAR"
     "CAAKAAwDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG"
     "E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWG"
     "h4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEB"
     "AQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYk"
     "NOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0"
     "tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD5j+E//BP7/VH+xPT/AJZ19B+HP+CfudKj"
     "I0X/AMh19W/CbS9M3R/8S6Dt/wAsV/wr6C8NaZpv9kx/8S6D/vyv+Ffk3j747cYf2vv9r+Z/5HN9F7xu4t/sLf7K6vy8j//Z"},
    {"jpeg_grey",
     "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggL"
     "DAsKDAkKCgr/wAALCAAKAAwBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQR"
     "BRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4"
     "eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEB"
     "AAA/APjn9kn9hz/j1/4lHp/BX6HfDb9hz/ikrf8A4lH/AI57Cm/sk6dp/wDov+gw9v8AlkK/Q74badp//CJW/wDoMP8A36HoK//Z"},
    {"jpeg_progressive",
     "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggL"
     "DAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wgAR"
     "CAAKAAwDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAB//EABcBAAMBAAAAAAAAAAAAAAAAAAIHCAX/2gAMAwEAAhADEAAAATFhYaCj"
     "qSVwgFBR1Jf/xAAaEAABBQEAAAAAAAAAAAAAAAADAAQFBxMj/9oACAEBAAEFAomv03r/AJRIhpsMeX//xAAdEQABBAIDAAAAAAAAAAAAAAAC"
     "AAUGIgEhFCQy/9oACAEDAQE/AYdLvNk2S7pjZQ4zrtNhnw8bX//EAB4RAAEDBAMAAAAAAAAAAAAAAAACBiEBAwQiFCQx/9oACAECAQE/AXM8"
     "fdjPePZrsOZa5kz7i+TWT//EABgQAAMBAQAAAAAAAAAAAAAAAAABI5Gh/9oACAEBAAY/AlHgo8FNYKaw/8QAGBAAAgMAAAAAAAAAAAAAAAAA"
     "ABARscH/2gAIAQEAAT8hQspNGY5n/9oADAMBAAIAAwAAABA0n//EABwRAAIBBQEAAAAAAAAAAAAAAABBARExYZGhwf/aAAgBAwEBPxDkMpeg"
     "bE5L9bnB/8QAGhEAAgIDAAAAAAAAAAAAAAAAAEEBMZHh8f/aAAgBAgEBPxDpG7D+3JZ+ZP/EABsQAAEEAwAAAAAAAAAAAAAAAAABETHwYXGR"
     "/9oACAEBAAE/EJeIeWQNU6MXGcP/2Q=="},
    {"jpeg_cmyk",
     "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwL"
     "CgwJCgoK/8AAFAgACgAMBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAAB"
     "fQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp"
     "anN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5"
     "+v/aAA4EQwBNAFkASwAAPwD4X/4JJf8AMM/4BXy7/wAON/8AqT//ACB/9avTv2tvi3/x9f6V696/fyv6HP2bf+STaf8Aj/IUf8ON/wDqT/8A"
     "yB/9avzx+JPxb/4q24/0r9fc0V/PH/wSS/5hn/AK/oa/4Rzw9/0ArL/wFT/CvqL9raef/Sv3z9/4jRX9Dn7Nv/JJtP8Ax/kKP+Ec8Pf9AKy/"
     "8BU/wr88fiTPP/wltx++f/vo+por/9k="},
    {"webp_lossy",
     "UklGRpIAAABXRUJQVlA4IIYAAABQBACdASoMAAoAAAACJbACdLoB+AH6AU4D6ANwA/ADTAP0AywAFm6HqHv4AP7//w4dz/8kDw/AGMeUeLk8"
     "Fxf1Ff5zETndyDqvf6HF8+8civdqQCNH/+4AJ32hgyIOGJeM6S6ZceGD/6hfkQv/2Qb/reO2pVzAqA35U1AgzDuuGMl1+QAAAA=="},
    {"webp_lossless",
     "UklGRiwAAABXRUJQVlA4TCAAAAAvC0ACALmM6H/sovjR/4CQgHDD/6+aPhRH3o8JAK66Ag=="},
    {"webp_alpha",
     "UklGRjIAAABXRUJQVlA4TCUAAAAvC0ACELmM6H/sovjR/4CQgHDD/6+aPhRH3hcIpLApngCIr2oFAA=="},
    {"webp_animation",
     "UklGRqQBAABXRUJQVlA4WAoAAAACAAAACwAACQAAQU5JTQYAAAAAAAAAAABBTk1GuAAAAAAAAAAAAAsAAAkAAGQAAAJWUDhMnwAAAC8LQAIA"
     "v0OkbTMbRfcv9nwoxIIJTP4eOe2Z/zrkAAAAALD5CgAOAwAgWlW52bZt27Zt24jofwAkjszgiuQao80NJHPlRnc03xxv7xCFpzB5YoXWZPeA"
     "qXyl2Rsvtqf7J0ITqCy+RKkzO7xQulBt9SfL3fnxjTFEGlsgVektTh+cKdbag+lqf3n+ElgSnSOUqQ1Wlx+RLdU7w9n6cH39AwBBTk1GuAAA"
     "AAAAAAAAAAsAAAkAAGQAAABWUDhMnwAAAC8LQAIAv0OkbTMbRfcv9nwoxIIJTP4eOe2Z/zrkAAAAALD5CgAOAwAgWlW52bZt27Zt24jofxDZ"
     "Ur0znK0P19c/gSXROUKZ2mB1+eFMsdYeTFf7y/MXY4g0tkCq0lucPihdqLb6k+Xu/PhGaAKVxZcodWaHF0zlK83eeLE93T8hCk9h8sQKrcnu"
     "AZK5cqM7mm+Ot3eAxJEZXJFcY7S5AQA="},
};
// clang-format on

inline Bytes fixture(std::string_view name) {
  for (const Fixture& entry : kFixtures) {
    if (name == entry.name) return entry.bytes();
  }
  return {};
}

}  // namespace ganymede::test
