# Finds a cargo that can build for a target: one with the target's core library (rustup's), else
# one with the source of core, which then is built along (Debian's: rustc-web, cargo-web, rust-web-src).
#
# Sets `command` to the start of a command line, `build_core` to what it needs behind its verb.
function(gleaner_find_cargo target command build_core)
  unset(any CACHE)
  find_program(any cargo)
  set(candidates)
  foreach(candidate "${any}" /usr/bin/cargo "$ENV{HOME}/.cargo/bin/cargo")
    if(EXISTS "${candidate}")
      list(APPEND candidates "${candidate}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES candidates)
  unset(any CACHE)

  foreach(wanted "lib/rustlib/${target}/lib" "lib/rustlib/src/rust/library/core")
    foreach(candidate IN LISTS candidates)
      get_filename_component(directory "${candidate}" DIRECTORY)
      execute_process(COMMAND "${directory}/rustc" --print sysroot
        OUTPUT_VARIABLE sysroot OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
      if(NOT target OR (sysroot AND EXISTS "${sysroot}/${wanted}"))
        # Cargo takes the compiler that comes first on the path: its own.
        set(environment "PATH=${directory}:$ENV{PATH}")
        set(flag)
        if(target AND wanted MATCHES "/src/")
          list(APPEND environment RUSTC_BOOTSTRAP=1)
          set(flag -Zbuild-std=core)
        endif()
        message(STATUS "cargo: ${candidate} ${flag}")
        set(${command} ${CMAKE_COMMAND} -E env --unset=RUSTC --unset=RUSTFLAGS ${environment} "${candidate}"
          PARENT_SCOPE)
        set(${build_core} "${flag}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
  message(FATAL_ERROR "No cargo was found that builds for '${target}'. Run 'rustup target add ${target}', "
    "install Debian's rustc-web, cargo-web and rust-web-src, or take a release archive.")
endfunction()
