#!/usr/bin/env bash
# Compiles tests/dotnet/ with Microsoft's own C# compiler (the SDK of setup-dotnet.sh, under Wine) into the cache and
# prints the folder. Idempotent: nothing is compiled while the sources are the same. No result enters the checkout.
#   web-app/     ASP.NET Core 2.2 for Windows: WebApp.dll and WebApp.exe (a real apphost)
#   socket-app/  .NET 8 for Linux, over plain sockets: SocketApp.dll
#   json-judge/  .NET 8 for Linux, answers how configuration reads files: JsonJudge.dll (no web app)
# Each other is a published folder with web.config, runtimeconfig.json, deps.json and appsettings.json, in working order.
# How it shall fail: --mode=X, SAMPLE_MODE or mode.txt (the modes are in tests/dotnet/Failures.cs); or edit a copy.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/cache.sh"
sources=$(cd "$scripts/../tests/dotnet" && pwd)
samples=$ANCM_CACHE/samples

exec 8>"$ANCM_CACHE/samples.lock"
flock 8
stamp=$(cat "$sources"/*.cs "${BASH_SOURCE[0]}" | sha256sum)
if [ "$(cat "$samples/stamp" 2>/dev/null)" = "$stamp" ]; then
    printf '%s\n' "$samples"
    exit 0
fi

"$scripts/setup-windows.sh" 8>&-
eval "$("$scripts/setup-dotnet.sh" 8>&-)"
sdk=$(echo "$ANCM_DOTNET_WIN_X64"/sdk/*/)
work=$(mktemp -d -p "$ANCM_CACHE")
trap 'rm -rf "$work"' EXIT

windows_path() { printf 'Z:%s' "${1//\//\\}"; }

# compile NAME REFERENCE-FOLDER... : NAME.cs and the shared sources against the managed files of the folders
compile() {
    local name=$1 folder file
    shift
    mkdir -p "$work/out/$name"
    {
        printf '%s\n' -nologo -nostdlib -optimize+ -deterministic -debug-
        printf -- '-out:"%s"\n' "$(windows_path "$work/out/$name/$name.dll")"
        for folder in "$@"; do
            for file in "$folder"/{System*,Microsoft*,mscorlib,netstandard}.dll; do
                # A native file is no reference: told by its name, as the compiler would stop at the first.
                case $file in *.Native.*) continue ;; esac
                [ -f "$file" ] || continue
                printf -- '-r:"%s"\n' "$(windows_path "$file")"
            done
        done
        printf '"%s"\n' "$(windows_path "$sources/Failures.cs")" "$(windows_path "$sources/$name.cs")"
    } >"$work/$name.rsp"
    # Without the invariant switch this SDK asks for an ICU that Wine has not.
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$scripts/wine.sh" "$ANCM_DOTNET_WIN_X64/dotnet.exe" exec \
        "$(windows_path "${sdk}Roslyn/bincore/csc.dll")" -noconfig "@$(windows_path "$work/$name.rsp")" >&2 8>&-
}

# publish NAME TFM MONIKER FRAMEWORK VERSION : the files that a publish puts beside the program
publish() {
    local out=$work/out/$1
    cat >"$out/$1.runtimeconfig.json" <<JSON
{
  "runtimeOptions": {
    "tfm": "$2",
    "framework": {
      "name": "$4",
      "version": "$5"
    },
    "configProperties": {
      "System.GC.Server": false,
      "System.Globalization.Invariant": true
    }
  }
}
JSON
    cat >"$out/$1.deps.json" <<JSON
{
  "runtimeTarget": {
    "name": ".NETCoreApp,Version=$3",
    "signature": ""
  },
  "compilationOptions": {},
  "targets": {
    ".NETCoreApp,Version=$3": {
      "$1/1.0.0": {
        "runtime": {
          "$1.dll": {}
        }
      }
    }
  },
  "libraries": {
    "$1/1.0.0": {
      "type": "project",
      "serviceable": false,
      "sha512": ""
    }
  }
}
JSON
    cat >"$out/appsettings.json" <<'JSON'
{
  "Logging": {
    "LogLevel": {
      "Default": "Warning"
    }
  },
  "AllowedHosts": "*"
}
JSON
    cat >"$out/web.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <location path="." inheritInChildApplications="false">
    <system.webServer>
      <handlers>
        <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
      </handlers>
      <aspNetCore processPath="dotnet" arguments=".\\$1.dll" stdoutLogEnabled="false" stdoutLogFile=".\\logs\\stdout" hostingModel="OutOfProcess" />
    </system.webServer>
  </location>
</configuration>
XML
}

compile WebApp "$ANCM_DOTNET_WIN_X64"/shared/Microsoft.{NETCore,AspNetCore}.App/2.2.*
publish WebApp netcoreapp2.2 v2.2 Microsoft.AspNetCore.App 2.2.0
compile SocketApp "$ANCM_DOTNET_LINUX_8_0"/shared/Microsoft.NETCore.App/8.*
publish SocketApp net8.0 v8.0 Microsoft.NETCore.App 8.0.0
compile JsonJudge "$ANCM_DOTNET_LINUX_8_0"/shared/Microsoft.NETCore.App/8.*
publish JsonJudge net8.0 v8.0 Microsoft.NETCore.App 8.0.0

# The SDK's apphost carries a placeholder (SHA-256 of "foobar" in hex) where a build writes the program's name.
python3 - "$work/out/WebApp/WebApp.exe" "${sdk}AppHostTemplate/apphost.exe" WebApp.dll <<'PY'
import sys
target, template, name = sys.argv[1:]
hole = b"c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2"
data = open(template, "rb").read()
assert data.count(hole) == 1, "apphost template of an unknown shape"
open(target, "wb").write(data.replace(hole, name.encode().ljust(len(hole), b"\0")))
PY

rm -rf "$samples"
mkdir "$samples"
mv "$work/out/WebApp" "$samples/web-app"
mv "$work/out/SocketApp" "$samples/socket-app"
mv "$work/out/JsonJudge" "$samples/json-judge"
printf '%s\n' "$stamp" >"$samples/stamp"
printf '%s\n' "$samples"
