"""Builds with a compiler on the path, and with the flags of processor and board that a platform would know."""

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
prefix = env.GetProjectOption("custom_prefix", "")
machine = env.GetProjectOption("custom_machine", "").split()
env.Replace(
    AR=prefix + "ar", CC=prefix + "gcc", LINK=prefix + "gcc", RANLIB=prefix + "ranlib", PROGNAME="pick", PROGSUFFIX=".elf"
)
env.Append(CCFLAGS=machine, LINKFLAGS=machine + env.GetProjectOption("custom_link", "").split())
Default(env.BuildProgram())
