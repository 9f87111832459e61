"""Interpreters of one script: ruby, perl, php, lua, Rscript, elixir, java, dart; and what is not resolved at all."""

from __future__ import annotations

import pytest

from tests.launchers.reading import check

FILES = {"s.rb", "s.pl", "artisan", "s.php", "s.lua", "s.R", "s.exs", "s.jar", "S.java", "s.dart"}
PLAIN = [
    ("ruby s.rb --flag", ["local s.rb"]),
    ("ruby -w -W0 --yjit --encoding=utf-8 s.rb", ["local s.rb"]),
    ("ruby3.2 s.rb", ["local s.rb"]),
    ("ruby -e code", ["? in the command line itself"]),
    ("ruby -ecode", ["? in the command line itself"]),
    ("ruby -rjson s.rb", ["? `-r` loads"]),
    ("ruby -I lib s.rb", ["? `-I` loads"]),
    ("ruby -S rails", ["? `-S`"]),
    ("ruby /opt/s.rb", ["program /opt/s.rb"]),
    ("ruby", ["? from the client"]),
    ("ruby -", ["? from the client"]),
    ("ruby '${S}'", ["? filled in"]),
    ("perl -wT s.pl", ["local s.pl"]),
    ("perl -Mlib=x s.pl", ["? `-M` loads"]),
    ("perl -we code", ["? in the command line itself"]),
    ("perl5.36 s.pl", ["local s.pl"]),
    ("perl -n s.pl", ["? `-n`"]),
    ("php artisan boost:mcp", ["local artisan"]),
    ("php ./artisan boost:mcp", ["local artisan"]),
    ("php8.3 artisan boost:mcp", ["local artisan"]),
    ("php -d memory_limit=-1 artisan x", ["local artisan"]),
    ("php -dmemory_limit=-1 artisan x", ["local artisan"]),
    ("php -d auto_prepend_file=evil artisan x", ["? `-d` loads"]),
    ("php -dextension=evil artisan x", ["? `-d` loads"]),
    ("php -c evil.ini artisan", ["? `-c` loads"]),
    ("php -n -f s.php", ["local s.php"]),
    ("php --file=s.php x", ["local s.php"]),
    ("php -r code", ["? in the command line itself"]),
    ("php -S localhost:8000", ["? in the command line itself"]),
    ("php vendor/bin/mcp", ["program vendor/bin/mcp"]),
    ("lua s.lua", ["local s.lua"]),
    ("lua5.4 -W s.lua", ["local s.lua"]),
    ("lua -l evil s.lua", ["? `-l` loads"]),
    ("luajit -e code", ["? in the command line itself"]),
    ("luajit -jv s.lua", ["? `-jv`"]),
    ("Rscript --vanilla s.R", ["local s.R"]),
    ("Rscript -e code", ["? in the command line itself"]),
    ("Rscript --default-packages=evil s.R", ["? `--default-packages` loads"]),
    ("elixir --no-halt s.exs", ["local s.exs"]),
    ("elixir -pa evil s.exs", ["? `-pa` loads"]),
    ("elixir --eval code", ["? in the command line itself"]),
]
OTHERS = [
    ("java -jar s.jar --stdio", ["local s.jar"]),
    ("java -Xmx512m -Dspring.ai.mcp.server.stdio=true -XX:+UseG1GC -jar s.jar", ["local s.jar"]),
    ("java -Dkey='${KEY}' -jar s.jar", ["local s.jar"]),
    ("java --enable-preview --add-opens a/b=ALL-UNNAMED -jar /opt/s.jar", ["program /opt/s.jar"]),
    ("java S.java", ["local S.java"]),
    ("java -javaagent:evil.jar -jar s.jar", ["? `-javaagent:evil.jar`"]),
    ("java -Dloader.path=evil -jar s.jar", ["? `-Dloader.path=evil`"]),
    ("java -XX:Flags=evil -jar s.jar", ["? `-XX:Flags=evil`"]),
    ("java -XX:OnError=evil -jar s.jar", ["? `-XX:OnError=evil`"]),
    ("java -cp x.jar Main", ["? `-cp`"]),
    ("java Main", ["? class path"]),
    ("java @args -jar s.jar", ["? class path"]),
    ("java -jar", ["? `-jar`"]),
    ("java -jar '${JAR}'", ["? filled in"]),
    ("java '${X}' -jar s.jar", ["? class path"]),
    ("java", ["? class path"]),
    ("dart mcp-server --experimental-mcp-server", ["program dart mcp-server"]),
    ("dart run s.dart", ["local s.dart"]),
    ("dart s.dart", ["local s.dart"]),
    ("dart run package:x", ["? pubspec.lock"]),
    ("dart pub global run x", ["? pubspec.lock"]),
    ("dart", ["? pubspec.lock"]),
    ("bundle exec ruby -e code", ["? Gemfile.lock"]),
    ("gem exec x", ["? RubyGems"]),
    ("jbang g:a:1.0", ["? Maven"]),
]


@pytest.mark.parametrize(("line", "expected"), [*PLAIN, *OTHERS])
def test_command_lines(line: str, expected: list[str]) -> None:
    check(line, expected, FILES)
