{
  services.caddy = {
    enable = true;
    openFirewall = true;
  };
}
