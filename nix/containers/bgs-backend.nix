# Search in board games, with its database.
{
  config,
  container,
  inputs,
  lib,
  pkgs,
  ...
}:
let
  database = "bgs-app";
in
{
  imports = [ inputs.bgs-backend.nixosModules.default ];

  services.bgs-backend = {
    enable = true;
    package = (import ./packages-of.nix inputs.bgs-backend pkgs).default;
    # SPRING_DATASOURCE_PASSWORD, GIT_TOKEN and BGG_API_KEY, as NAME=value lines.
    envFile = config.lean.secrets.environment.path;
  };
  systemd.services.bgs-backend.environment = {
    DATA_DIR = "/var/lib/bgs-backend/data";
    PG_HOST = "127.0.0.1";
    PG_PORT = toString config.services.postgresql.settings.port;
    PG_DATABASE = database;
    SPRING_DATASOURCE_USERNAME = database;
  }
  // lib.optionalAttrs (container.proxy != null) { SERVER_PORT = toString container.proxy.port; };

  services.postgresql = {
    enable = true;
    ensureDatabases = [ database ];
    ensureUsers = [
      {
        name = database;
        ensureDBOwnership = true;
      }
    ];
  };

  lean.secrets.environment.services = [ "bgs-backend" ];
}
