# A Discord bot, as its own flake ships it.
{
  config,
  inputs,
  pkgs,
  ...
}:
{
  imports = [ inputs.nannuo-bot.nixosModules.default ];

  services.nannuo-bot = {
    enable = true;
    package = (import ./packages-of.nix inputs.nannuo-bot pkgs).default;
    tokenFile = config.lean.secrets.discord_token.path;
  };

  lean.secrets.discord_token = {
    owner = "nannuo";
    services = [ "nannuo-bot" ];
  };
}
