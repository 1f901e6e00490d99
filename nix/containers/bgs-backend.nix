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
    # GIT_TOKEN and BGG_API_KEY, as NAME=value lines.
    envFile = config.lean.secrets.environment.path;
  };
  systemd.services.bgs-backend = {
    # The database with its role in it, which is later than the server that holds them.
    after = [ "postgresql.target" ];
    environment = {
      DATA_DIR = "/var/lib/bgs-backend/data";
      PG_HOST = "127.0.0.1";
      PG_PORT = toString config.services.postgresql.settings.port;
      PG_DATABASE = database;
      SPRING_DATASOURCE_USERNAME = database;
      # It must be set; the database does not ask for it.
      SPRING_DATASOURCE_PASSWORD = "";
    }
    // lib.optionalAttrs (container.proxy != null) { SERVER_PORT = toString container.proxy.port; };
  };

  services.postgresql = {
    enable = true;
    ensureDatabases = [ database ];
    ensureUsers = [
      {
        name = database;
        ensureDBOwnership = true;
      }
    ];
    # Java comes by TCP. Nobody is in this container but the two.
    authentication = ''
      host ${database} ${database} 127.0.0.1/32 trust
    '';
  };

  lean.secrets.environment.services = [ "bgs-backend" ];
}
