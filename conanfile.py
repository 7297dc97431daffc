"""Conan 2: builds and packages reszoo.   conan create . --build=missing

LibTorch and Arrow are not taken from Conan, which has no LibTorch of this age: they are the system's, or those in the wheels of
a Python (option `python`, see docs/install.md). The other libraries are the system's packages.
"""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load
from conan.tools.system.package_manager import Apt

required_conan_version = ">=2.0"


class Reszoo(ConanFile):
    name = "reszoo"
    license = "Apache-2.0"
    description = "Residual networks on tables and images, on LibTorch"
    topics = ("machine-learning", "residual-networks", "libtorch", "tabular")
    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False], "data": [True, False], "hub": [True, False], "serve": [True, False],
               "tools": [True, False], "python": ["ANY"]}
    default_options = {"shared": True, "fPIC": True, "data": True, "hub": True, "serve": True, "tools": True, "python": ""}
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "models/*", "src/*", "tools/*"

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        self.version = re.search(r"project\(reszoo VERSION ([0-9.]+)", text).group(1)

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def package_id(self):
        del self.info.options.python  # where LibTorch was found; its version is what counts

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def system_requirements(self):
        apt = ["nlohmann-json3-dev", "libxxhash-dev", "libdeflate-dev", "libhwy-dev", "libgloo-dev"]
        if self.options.data:
            apt += ["libjpeg62-turbo-dev", "libpng-dev", "zlib1g-dev", "libtiff-dev", "libgif-dev", "libwebp-dev"]
        if self.options.hub:
            apt += ["libcurl4-openssl-dev", "libssl-dev"]
        if self.options.serve and self.options.data:
            apt += ["libmicrohttpd-dev"]
        if self.options.tools:
            apt += ["libcli11-dev", "libtomlplusplus-dev"]
        Apt(self).install(apt)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False  # else it writes a file into the source folder, beside CMakePresets.json
        for name in ("data", "hub", "serve"):
            toolchain.cache_variables["RESZOO_" + name.upper()] = bool(self.options.get_safe(name))
        toolchain.cache_variables["RESZOO_BUILD_TOOLS"] = bool(self.options.tools)
        toolchain.cache_variables["RESZOO_BUILD_TESTS"] = False
        toolchain.cache_variables["RESZOO_PYTHON"] = str(self.options.python)
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # find_package(reszoo) finds the package's own CMake files, with the targets of docs/design.md.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "reszoo")]
        self.buildenv_info.append_path("PATH", os.path.join(self.package_folder, "bin"))
        self.runenv_info.append_path("PATH", os.path.join(self.package_folder, "bin"))
