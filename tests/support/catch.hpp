// SPDX-License-Identifier: Apache-2.0
// The one place that includes Catch2, so that version 3 can replace Debian's 2 here alone.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
